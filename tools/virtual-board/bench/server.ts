/**
 * The server of every NodeMCU tutorial, with the lab's network: answers in `receive`, closes in `sent`. It collects
 * garbage early: packet buffers come from the same heap and, unlike Lua's own blocks, wait for no collection.
 */
const naiveServer = `
wifi.setmode(wifi.STATION)
wifi.sta.config({ssid = "last-ack-lab"})
wifi.sta.setip({ip = "192.168.100.99", netmask = "255.255.255.0", gateway = "192.168.100.1"})
node.egc.setmode(node.egc.ON_MEM_LIMIT, -16384)
local answer = "HTTP/1.1 200 OK\\r\\nContent-Length: 0\\r\\nConnection: close\\r\\n\\r\\n"
local function sent(s) s:close() end
local function receive(s) s:send(answer) end
net.createServer(net.TCP, 30):listen(80, function(s)
  s:on("receive", receive)
  s:on("sent", sent)
end)
`;

/** The same, but the client closes first. */
const clientFirstServer = naiveServer.replace('s:on("sent", sent)', '');

export const benchServers = {
  naive: { 'init.lua': Buffer.from(naiveServer) },
  clientFirst: { 'init.lua': Buffer.from(clientFirstServer) },
} as const;
