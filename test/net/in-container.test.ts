import path from "node:path";
import t from "tap";
import { inContainer } from "../../src/net/in-container.ts";

t.test("inContainer() knows each sign of a container, and none without them", (t) => {
  const folder = t.testdir({
    marker: "",
    host: "0::/init.scope\n",
    docker: "12:pids:/docker/0a1b2c\n",
    pod: "0::/kubepods/x",
  });
  const none = { env: {}, markers: [path.join(folder, "absent")], cgroup: path.join(folder, "host") };
  t.notOk(inContainer(none));
  t.notOk(inContainer({ ...none, cgroup: path.join(folder, "absent") }), "no control groups, as outside Linux");
  t.ok(inContainer({ ...none, markers: [path.join(folder, "marker")] }), "a marker file");
  t.ok(inContainer({ ...none, cgroup: path.join(folder, "docker") }), "a control group of Docker");
  t.ok(inContainer({ ...none, cgroup: path.join(folder, "pod") }), "a control group of Kubernetes");
  t.ok(inContainer({ ...none, env: { KUBERNETES_SERVICE_HOST: "10.0.0.1" } }), "the variable of Kubernetes");
  t.ok(inContainer({ ...none, env: { container: "podman" } }), "the variable of podman");
  t.end();
});
