-- The same GET again and again. Arguments: path, then headers, one each.
local common = require("common")
local text

function init(args)
  local headers = {}
  for i = 2, #args do headers[#headers + 1] = args[i] end
  text = common.head("GET", args[1], headers) .. "\r\n"
end

function request()
  return text
end
