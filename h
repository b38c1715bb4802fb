HTTP/1.1 201 Created
content-length: 1046
vary: Accept, Accept-Language, Authorization, X-Access-Reason
x-content-type-options: nosniff
etag: "1.gnCA6XvRPDI8y8HI"
x-request-id: 01a21e35-cbc5-733b-b84a-862d206fd90d
ratelimit: "standard";r=199;t=1
location: /v1/procedures/1.950001
ratelimit-policy: "standard";q=200;w=4
content-type: application/json
cache-control: private, no-cache
date: Fri, 27 Nov 2026 18:12:51 GMT

