-- A receipt with a code to be generated, at one of 63 communes, of one of 7 procedures, each body different.
-- Arguments: key, received_at, and `idempotent` for a key of idempotency with each.
local common = require("common")
local head, received_at, idempotent
local count = 0

function init(args)
  common.seed()
  head = common.head("POST", "/v1/dossiers", { common.bearer(args[1]), "Content-Type: application/json" })
  received_at, idempotent = args[2], args[3] == "idempotent"
end

function request()
  count = count + 1
  local agency = string.format("H51.%d.%d", math.random(21, 29), math.random(31, 37))
  local number = math.random(0, 6) * 13
  local procedure = string.format("%d.%06d", 1 + number % 2, number * 37 + 1001)
  local person = math.random(100000000, 999999999)
  local body = '{"procedure":"' .. procedure .. '","channel":"in_person","receiving_agency":"' .. agency
    .. '","competent_agency":"' .. agency .. '","received_at":"' .. received_at .. '","summary":"Hồ sơ số ' .. person
    .. '","officer":{"name":"Trần Thị Bình","title":"Công chức một cửa","unit":"Bộ phận Một cửa"},'
    .. '"applicant":{"kind":"individual","name":"Nguyễn Văn An","id_number":"094' .. person
    .. '","phone":"0900000001","address":"ấp An Trung, huyện Cù Lao Dung, tỉnh Sóc Trăng"}}'
  local extra = ""
  if idempotent then
    extra = "Idempotency-Key: " .. os.time() .. "-" .. thread_number .. "-" .. count .. "-" .. person .. "\r\n"
  end
  return head .. extra .. "Content-Length: " .. #body .. "\r\n\r\n" .. body
end
