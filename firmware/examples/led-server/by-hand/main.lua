local server = require("server")
local leds = require("leds")
local page = require("page")

leds.setUp({
  { name = "red", pin = 1 },
  { name = "green", pin = 2 },
  { name = "blue", pin = 5 },
})
server.route("GET", "/", "text/html", page.page)
server.route("GET", "/api/leds", "application/json", leds.describe)
server.route("POST", "/api/leds", "application/json", function(body)
  local wish = page.fields(body)
  if not leds.change(wish.name, wish.state, wish.period) then return nil end
  return leds.describe()
end)
server.route("GET", "/api/status", "application/json", function()
  return '{"heap":' .. node.heap() .. ',"uptime":' .. tmr.time() .. "}"
end)
server.listen(80)
