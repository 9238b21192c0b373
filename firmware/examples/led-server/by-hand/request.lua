local M = {}

-- The request, nil while it is incomplete, or the status with which to refuse it.
function M.parse(input)
  local _, last = input:find("\r\n\r\n", 1, true)
  if not last then
    if #input > 1024 then return 431 end
    return nil
  end
  local method, target = input:match("^(%u+) (%S+) HTTP/1%.[01]\r\n")
  if not method then return 400 end
  local size = tonumber(input:match("\r\n[Cc]ontent%-[Ll]ength: *(%d+)") or 0)
  if size > 512 then return 413 end
  if #input - last < size then return nil end
  return { method = method, path = target:match("^[^?]*"), body = input:sub(last + 1, last + size) }
end

return M
