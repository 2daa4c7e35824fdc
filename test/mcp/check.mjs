// Talks to `claudemesh mcp` through the protocol's own client: node check.mjs CLAUDEMESH [ARG…]. ALICE and
// BOB name the config folders of two members of one mesh. Answers with an output schema are
// validated by that client.
import assert from "node:assert/strict";
import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { StdioClientTransport } from "@modelcontextprotocol/sdk/client/stdio.js";
import { LoggingMessageNotificationSchema } from "@modelcontextprotocol/sdk/types.js";

const [command, ...args] = process.argv.slice(2);

async function agent(name, folder) {
  const client = new Client({ name, version: "1.0.0" });
  // The first one, which may come before or after the answer to check_messages.
  const told = new Promise((resolve) =>
    client.setNotificationHandler(LoggingMessageNotificationSchema, (n) => resolve(n.params.data)),
  );
  const env = { ...process.env, CLAUDEMESH_CONFIG_DIR: folder };
  await client.connect(new StdioClientTransport({ command, args: [...args, "mcp", "--as", name], env }));
  const call = async (tool, input) => {
    const result = await client.callTool({ name: tool, arguments: input });
    assert.equal(result.isError ?? false, false, JSON.stringify(result));
    return result.structuredContent;
  };
  return { client, told, call };
}

const alice = await agent("alice-agent", process.env.ALICE);
const bob = await agent("bob-agent", process.env.BOB);
assert.equal(alice.client.getServerVersion().name, "claudemesh");

const { tools } = await alice.client.listTools();
assert.deepEqual(
  tools.map((tool) => tool.name),
  ["list_peers", "send_message", "check_messages", "set_status", "set_summary"],
);

await bob.call("set_status", { status: "idle" });
await bob.call("set_summary", { summary: "waits for alice" });
const { peers } = await alice.call("list_peers", {});
assert.ok(peers.some((peer) => peer.displayName === "bob-agent" && peer.summary === "waits for alice"));

const sent = await alice.call("send_message", { to: "bob-agent", message: "hello from alice" });
assert.equal(sent.encrypted, true);
const got = await bob.call("check_messages", { wait_seconds: 30 });
assert.equal(got.messages[0].body, "hello from alice");
const late = new Promise((_, reject) => setTimeout(reject, 60_000, new Error("no notification in a minute")).unref());
assert.equal((await Promise.race([bob.told, late])).body, "hello from alice", "it was told as a notification too");

const refused = await alice.client.callTool({ name: "send_message", arguments: { to: "nobody", message: "x" } });
assert.equal(refused.isError, true);
await assert.rejects(alice.client.callTool({ name: "no_such_tool", arguments: {} }));

await alice.client.close();
await bob.client.close();
console.log("OK: two agents found each other, wrote and read through the protocol's own client");
