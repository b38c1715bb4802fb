-- A dossier drawn from all of them, with its events. Arguments: key, prefix of the codes, first and last number.
local common = require("common")
local before, after, first, last

function init(args)
  common.seed()
  before = "GET /v1/dossiers/" .. args[2]
  after = common.head("", "?include=events", { common.bearer(args[1]) }):gsub("^ ", "") .. "\r\n"
  first, last = tonumber(args[3]), tonumber(args[4])
end

function request()
  return before .. math.random(first, last) .. after
end
