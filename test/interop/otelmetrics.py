"""A counter first_counter: 1, then 6 in all, sent to OTEL_EXPORTER_OTLP_ENDPOINT (default localhost:4317)."""
import os

from opentelemetry import metrics
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import PeriodicExportingMetricReader

if os.environ.get("OTEL_EXPORTER_OTLP_PROTOCOL") == "http/protobuf":
    from opentelemetry.exporter.otlp.proto.http.metric_exporter import OTLPMetricExporter
else:
    from opentelemetry.exporter.otlp.proto.grpc.metric_exporter import OTLPMetricExporter

provider = MeterProvider(metric_readers=[PeriodicExportingMetricReader(OTLPMetricExporter())])
metrics.set_meter_provider(provider)
counter = metrics.get_meter("my.meter").create_counter("first_counter")

counter.add(1)
provider.force_flush()
counter.add(5)
provider.shutdown()
