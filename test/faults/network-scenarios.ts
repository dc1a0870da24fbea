import { copyFileSync } from "node:fs";
import path from "node:path";
import { until } from "../e2e/collector-process.ts";
import { tlsFile, tlsPem } from "../net/client/tls-files.ts";
import { FaultySink } from "./faulty-sink.ts";
import { begin, exitsCleanly, passing, type Run, type Scenario } from "./scenario.ts";

const certificateOf = (prefix: string) => ({ cert: tlsPem(`${prefix}server.pem`), key: tlsPem(`${prefix}server.key`) });

/** Names, certificates and connections that go. */
export const networkScenarios: readonly Scenario[] = [
  {
    name: "GOAWAY with streams that end in peace costs nothing",
    types: ["otlp_grpc"],
    run: passing(async (rig, { factor }) => {
      rig.sink.behave = () => ({ is: rig.random.chance(30) ? "goaway" : "take" });
      await rig.handles(40 * factor);
    }),
  },
  {
    name: "GOAWAY with a connection that breaks loses nothing",
    types: ["otlp_grpc"],
    run: passing(async (rig, { factor }) => {
      rig.sink.behave = () => ({ is: rig.random.chance(30) ? "goaway_break" : "take" });
      await rig.handles(40 * factor);
    }),
  },
  {
    name: "a certificate that is exchanged with its authority: what waits is sent when ours is exchanged as well",
    types: ["otlp_http"],
    run: async (run: Run) => {
      const caFile = path.join(run.t.testdir(), "ca.pem");
      copyFileSync(tlsFile("ca.pem"), caFile);
      const sink = await FaultySink.start(certificateOf(""));
      const rig = await begin(run, {
        sinks: [sink],
        endpoint: `https://localhost:${sink.port}`,
        exporterKeys: `timeout: 500ms, tls: { ca_file: "${caFile}", reload_interval: 1s }`,
      });
      await rig.accepts(200);
      await rig.drained();
      await sink.down();
      sink.tls = certificateOf("other-");
      await sink.up();
      const before = sink.requests;
      await rig.accepts(1000 * run.factor);
      run.t.equal(sink.requests, before, "nothing is sent to a peer that is not trusted");
      run.t.match(rig.collector.stderr, /certificate of the peer is not trusted/);
      copyFileSync(tlsFile("other-ca.pem"), caFile);
      run.t.ok((await rig.drainsBacklog()) < 5000, "recovered within 5 s");
      await rig.producer.stop();
      await rig.drained();
      await exitsCleanly(run, rig);
      rig.judge();
    },
  },
  {
    name: "a host name that nobody knows loses nothing: the queue on disk goes to the right one after a restart",
    run: async (run) => {
      const unknown = "backend.invalid:4317";
      const rig = await begin(run, { isDurable: true, endpoint: unknown });
      await rig.accepts(1000 * run.factor);
      await until("it is told", () => /host name not found/i.test(rig.collector.stderr));
      await rig.collector.stop();
      rig.rewrite((yaml) => yaml.replace(unknown, `127.0.0.1:${rig.sink.port}`));
      await rig.restart();
      run.t.ok((await rig.drainsBacklog()) < 5000, "recovered within 5 s");
      await rig.producer.stop();
      await rig.drained();
      run.t.equal(await rig.end(), 0);
      rig.judge();
    },
  },
];
