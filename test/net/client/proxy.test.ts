import t from "tap";
import { selectProxy, type Environment } from "../../../src/net/client/proxy.ts";

t.test("selectProxy() reads the environment as Go does", (t) => {
  const proxy = "http://proxy:3128";
  const both = { HTTP_PROXY: proxy, HTTPS_PROXY: "https://secure:3128" };
  const cases: readonly (readonly [url: string, env: Environment, proxy: string | undefined])[] = [
    ["http://backend/x", {}, undefined],
    ["http://backend/x", both, proxy],
    ["https://backend/x", both, "https://secure:3128"],
    ["https://backend/x", { HTTP_PROXY: proxy }, undefined],
    ["http://backend/x", { http_proxy: "proxy:3128" }, proxy],
    ["http://localhost:4318/x", both, undefined],
    ["http://127.0.0.1:4318/x", both, undefined],
    ["http://[::1]:4318/x", both, undefined],
    ["http://backend/x", { ...both, NO_PROXY: "*" }, undefined],
    ["http://backend/x", { ...both, NO_PROXY: "other, backend" }, undefined],
    ["http://a.backend/x", { ...both, NO_PROXY: "backend" }, undefined],
    ["http://a.backend/x", { ...both, no_proxy: ".backend" }, undefined],
    ["http://a.backend/x", { ...both, no_proxy: "*.backend" }, undefined],
    ["http://backend/x", { ...both, no_proxy: ".backend" }, proxy],
    ["http://nobackend/x", { ...both, no_proxy: "backend" }, proxy],
    ["http://backend:4318/x", { ...both, no_proxy: "backend:4318" }, undefined],
    ["http://backend:4319/x", { ...both, no_proxy: "backend:4318" }, proxy],
    ["http://10.1.2.3/x", { ...both, no_proxy: "10.0.0.0/8" }, undefined],
    ["http://11.1.2.3/x", { ...both, no_proxy: "10.0.0.0/8" }, proxy],
    ["http://10.1.2.3/x", { ...both, no_proxy: "10.1.2.3" }, undefined],
    ["http://[fd00::1]/x", { ...both, no_proxy: "fd00::/8" }, undefined],
    ["http://[fd00::1]/x", { ...both, no_proxy: "fd00::1" }, undefined],
    ["http://backend/x", { ...both, no_proxy: "10.0.0.0/99,x/y" }, proxy],
  ];
  for (const [url, env, expected] of cases) {
    t.equal(selectProxy(new URL(url), "", env), expected, `${url} ${JSON.stringify(env)}`);
  }
  t.end();
});

t.test("selectProxy() takes what is configured for every host", (t) => {
  t.equal(selectProxy(new URL("http://127.0.0.1/"), "http://proxy:1", { NO_PROXY: "*" }), "http://proxy:1");
  t.equal(selectProxy(new URL("http://backend/"), "proxy:1", {}), "http://proxy:1");
  t.end();
});
