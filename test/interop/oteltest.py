"""Nested spans foo and bar with events and attributes, sent to OTEL_EXPORTER_OTLP_ENDPOINT (default localhost:4317)."""
import os

from opentelemetry import trace
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor

if os.environ.get("OTEL_EXPORTER_OTLP_PROTOCOL") == "http/protobuf":
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
else:
    from opentelemetry.exporter.otlp.proto.grpc.trace_exporter import OTLPSpanExporter

resource = Resource.create({"service.name": "test-service", "application": "test-application"})
provider = TracerProvider(resource=resource)
provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
trace.set_tracer_provider(provider)
tracer = trace.get_tracer(__name__)

with tracer.start_as_current_span("foo") as foo:
    foo.set_attribute("some.message", "some message here")
    foo.set_attribute("TASK run id", "123123123132")
    foo.add_event("event message", {"event_attributes": 1})
    with tracer.start_as_current_span("bar") as bar:
        bar.set_attribute("TASK run id", "9087676")
        bar.add_event("event two", {"log": "this is a log"})

provider.shutdown()
