local M = {}

local leds = {}

local function light(led, lit)
  led.lit = lit
  gpio.write(led.pin, lit and gpio.HIGH or gpio.LOW)
end

local function blink(led)
  local timer = tmr.create()
  led.timer = timer
  timer:alarm(led.period, tmr.ALARM_AUTO, function() light(led, not led.lit) end)
end

function M.setUp(settings)
  for _, setting in ipairs(settings) do
    local led = { name = setting.name, pin = setting.pin, state = "off", period = 500, lit = false }
    gpio.mode(led.pin, gpio.OUTPUT)
    light(led, false)
    leds[#leds + 1] = led
  end
end

local function find(name)
  for _, led in ipairs(leds) do
    if led.name == name then return led end
  end
end

-- False when there is no such LED, state or period.
function M.change(name, state, period)
  local led = find(name)
  local wanted = tonumber(period or "") or (led and led.period)
  if not led or wanted < 20 or wanted > 60000 then return false end
  if state ~= "on" and state ~= "off" and state ~= "blink" then return false end
  if led.timer then
    led.timer:unregister()
    led.timer = nil
  end
  led.state = state
  led.period = wanted
  light(led, state ~= "off")
  if state == "blink" then blink(led) end
  print("led " .. led.name .. " " .. state .. " " .. led.period)
  return true
end

function M.describe()
  local parts = {}
  for _, led in ipairs(leds) do
    parts[#parts + 1] = '{"name":"' .. led.name .. '","state":"' .. led.state .. '","period":' .. led.period
      .. ',"lit":' .. tostring(led.lit) .. "}"
  end
  return '{"leds":[' .. table.concat(parts, ",") .. "]}"
end

return M
