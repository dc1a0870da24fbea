export const helpText = `OpenTelemetry-compatible collector for Node.js

Usage:
  otelcol --config FILE [flags]     run until a signal
  otelcol validate --config FILE    check the configuration; prints nothing if it is valid

Flags:
  --config FILE                read the configuration from FILE, or from a URI: file:PATH, env:NAME, yaml:TEXT.
                               Repeatable: later ones are laid over earlier ones
  --set PATH=VALUE             change one value, such as --set processors.batch.timeout=2s. Repeatable; applied
                               after all --config
  --feature-gates LIST         switch feature gates; there are none yet
  --shutdown-timeout DURATION  how long to deliver what is held after SIGINT or SIGTERM (default 10s)
  -v, --version                print the version
  -h, --help                   print this text

Signals:
  SIGINT, SIGTERM, SIGHUP      stop receiving, deliver what is held, exit; the second one exits at once.
                               The end of the npm or npx that started it counts as the first

Exit codes:
  0  stopped by a signal, all parts shut down
  1  wrong flag or configuration, failed start, or errors while shutting down

Example:
  otelcol --config config/otel-local-config.yaml
`;
