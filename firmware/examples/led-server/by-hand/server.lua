local parse = require("request").parse

local M = {}

local routes = {}
local inputs = {}
local served = 0

local reasons = {
  [200] = "OK",
  [400] = "Bad Request",
  [404] = "Not Found",
  [413] = "Content Too Large",
  [422] = "Unprocessable Content",
  [431] = "Request Header Fields Too Large",
}

function M.route(method, path, type, handle)
  routes[method .. " " .. path] = { type = type, handle = handle }
end

local function close(socket)
  socket:close()
end

local function respond(socket, status, type, body, isHead)
  served = served + 1
  socket:send("HTTP/1.1 " .. status .. " " .. (reasons[status] or "Error") .. "\r\nContent-Type: " .. type
    .. "\r\nContent-Length: " .. #body .. "\r\nX-Served: " .. served .. "\r\nConnection: close\r\n\r\n"
    .. (isHead and "" or body), close)
end

local function refuse(socket, status)
  respond(socket, status, "text/plain", status .. "\n", false)
end

local function answer(socket, request)
  local isHead = request.method == "HEAD"
  local route = routes[(isHead and "GET" or request.method) .. " " .. request.path]
  if not route then
    refuse(socket, 404)
    return
  end
  local body = route.handle(request.body)
  if body then
    respond(socket, 200, route.type, body, isHead)
  else
    refuse(socket, 422)
  end
end

local function receive(socket, data)
  local port, address = socket:getpeer()
  local from = address .. ":" .. port
  local input = (inputs[from] or "") .. data
  local request = parse(input)
  if not request then
    inputs[from] = input
    return
  end
  inputs[from] = nil
  if type(request) == "number" then
    refuse(socket, request)
  else
    answer(socket, request)
  end
end

function M.listen(port)
  net.createServer(30):listen(port, function(socket)
    socket:on("receive", receive)
  end)
  print("listening on " .. port)
end

return M
