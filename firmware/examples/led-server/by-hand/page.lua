local describe = require("leds").describe

local M = {}

function M.page()
  return "<!doctype html><title>LEDs</title><h1>LEDs</h1><pre>" .. describe()
    .. "</pre><form method=post action=/api/leds><input name=name><input name=state></form>"
end

-- The fields of a form.
function M.fields(body)
  local result = {}
  for key, value in body:gmatch("([%w_]+)=([^&]*)") do result[key] = value end
  return result
end

return M
