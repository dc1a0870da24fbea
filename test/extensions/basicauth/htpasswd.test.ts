import { createHash } from "node:crypto";
import t from "tap";
import { parseHtpasswd } from "../../../src/extensions/basicauth/htpasswd.ts";

/** Made with `openssl passwd`. */
const hashes: readonly [string, string][] = [
  ["correct-horse", "$apr1$abcdefgh$abBiv57EcZGzKVkp2B9os1"],
  ["päss", "$1$xyz$ObbZo1yvUSsXH/C/jjs/o0"],
  ["a".repeat(42), "$apr1$q$7Y9HYKxBDuwajZkLAvVPb/"],
  ["", "$apr1$12345678$sHuPAw7VA9xjRbJz7zKV7/"],
  ["sha", `{SHA}${createHash("sha1").update("sha").digest("base64")}`],
  [
    "salted",
    `{SSHA}${Buffer.concat([createHash("sha1").update("saltedNaCl").digest(), Buffer.from("NaCl")]).toString("base64")}`,
  ],
  ["plain:with:colons", "plain:with:colons"],
];

t.test("every kind of entry takes its password and no other", (t) => {
  for (const [password, hash] of hashes) {
    const verifier = parseHtpasswd(`user:${hash}\n`, "test").get("user");
    t.equal(verifier?.(password), true, hash);
    for (const wrong of [`${password}x`, "wrong", hash.slice(1), "x".repeat(5000)])
      t.equal(verifier?.(wrong), false, wrong);
    if (hash !== password) t.equal(verifier?.(hash), false, "the hash is not the password");
  }
  t.end();
});

t.test("comments, empty lines and line ends of Windows are fine, and a later entry wins", (t) => {
  const users = parseHtpasswd("# who may send\r\n\r\na:one\r\na:two\r\n b:three \n", "test");
  t.same([...users.keys()], ["a", "b"]);
  t.equal(users.get("a")?.("one"), false);
  t.equal(users.get("a")?.("two"), true);
  t.equal(users.get("b")?.("three"), true);
  t.end();
});

t.test("what cannot be read is refused by its line, without its text", (t) => {
  const bad: readonly [string, RegExp][] = [
    ["u:$2y$05$c4WoMPo3SXsafkva.HHa6uXQZWr7oboPiC2bT/r7q1BB8I2s0BRqC", /bcrypt is not supported; .*htpasswd -m/],
    ["u:$6$salt$hash-canary", /a hash of a kind that is not supported/],
    ["u:$apr1$salt$canary", /a hash of a kind that is not supported/],
    ["canary-without-colon", /it is not name:password/],
    [":canary", /it is not name:password/],
    ["u:{SHA}canary", /its \{SHA\} is not 20 bytes/],
    ["u:", /its password is empty/],
  ];
  for (const [line, expected] of bad) {
    t.throws(() => parseHtpasswd(`good:one\n${line}\n`, "f.htpasswd"), { message: expected }, line);
    try {
      parseHtpasswd(line, "f.htpasswd");
    } catch (error) {
      t.match(String(error), /Cannot use line 1 of f\.htpasswd: /);
      t.notMatch(String(error), /canary|c4WoM/);
    }
  }
  t.end();
});
