import type { ComponentKind } from "../component/component-id.ts";

/** Types of upstream's core and contrib distributions, today's and retired ones: to tell "not here" from "misspelt". */
const types: Readonly<Record<ComponentKind, string>> = {
  receiver: `active_directory_ds aerospike apache apachespark awscloudwatch awscontainerinsightreceiver
    awsecscontainermetrics awsfirehose awss3 awsxray azureblob azureeventhub azuremonitor bigip
    carbon chrony cloudflare cloudfoundry collectd couchdb datadog docker_stats elasticsearch envoyals expvar faro file
    filelog file_log filestats flinkmetrics fluentforward github googlecloudmonitoring googlecloudpubsub
    googlecloudspanner haproxy host_metrics hostmetrics http_check httpcheck influxdb iis jaeger jmx journald k8s_cluster
    k8s_events k8sobjects kafka kafkametrics kubeletstats libhoney loki memcached mongodb mongodbatlas mysql namedpipe
    netflow nginx nop nsxt ntp opencensus oracledb otelarrow otlp otlp_json_file otlpjsonfile podman_stats postgresql
    prometheus prometheus_exec prometheus_simple prometheusremotewrite purefa purefb pulsar rabbitmq receiver_creator
    redis riak saphana sapm signalfx skywalking snmp snowflake solace splunk_hec splunkenterprise sqlquery sqlserver
    sshcheck statsd stef syslog tcpcheck tcplog tlscheck udplog vcenter wavefront webhookevent windowseventlog
    windowsperfcounters yanggrpc zipkin zookeeper`,
  processor: `attributes batch coralogix cumulativetodelta deltatocumulative deltatorate experimental_metricsgeneration
    filter geoip groupbyattrs groupbytrace interval isolationforest k8sattributes k8s_attributes logdedup log_dedup
    logstransform memory_limiter metricsgeneration metricstarttime metricstransform probabilistic_sampler queuebatch
    redaction remotetap resource resourcedetection routing schema servicegraph span spanmetrics sumologic tail_sampling
    transform unroll`,
  exporter: `alibabacloud_logservice awscloudwatchlogs awsemf awskinesis awss3 awsxray azureblob azuredataexplorer
    azuremonitor bmchelix carbon cassandra clickhouse coralogix datadog dataset debug doris dynatrace elasticsearch f5cloud
    faro file googlecloud googlecloudpubsub googlemanagedprometheus honeycombmarker humio influxdb instana jaeger
    jaeger_thrift kafka loadbalancing logging logicmonitor logzio loki mezmo nop opencensus opensearch otelarrow otlp
    otlp_grpc otlp_http otlphttp parquet prometheus prometheusremotewrite pulsar rabbitmq sapm sentry signalfx skywalking
    splunk_hec stef sumologic syslog tanzuobservability tencentcloud_logservice tinybird zipkin`,
  connector: `count datadog exceptions failover forward grafanacloud metricsaslogs otlpjson otlp_json roundrobin routing
    servicegraph signaltometrics slowsql spanmetrics sum`,
  extension: `ack asapclient avro_log_encoding aws_logs_encoding awscloudwatchmetricstreams_encoding awsproxy azure_auth
    azureauth basicauth bearertokenauth cfgarden_observer cgroupruntime datadog db_storage
    docker_observer ecs_observer ecs_task_observer file_storage google_cloud_logentry_encoding googleclientauth
    headers_setter health_check healthcheckv2 host_observer http_forwarder jaeger_encoding jaegerremotesampling
    json_log_encoding k8s_leader_elector k8s_observer kafkatopics_observer memory_ballast memory_limiter oauth2client oidc
    opamp otlp_encoding pprof redis_storage sigv4auth skywalking_encoding sumologic text_encoding zipkin_encoding zpages`,
};

export function isUpstreamType(kind: ComponentKind, type: string): boolean {
  return types[kind].split(/\s+/).includes(type);
}
