import CConsoleAssets
import HTTPTypes
import Hummingbird
import NIOCore
import Presentation

extension Response {
    static func text(
        _ text: String, type: String, status: HTTPResponse.Status = .ok, headers: HTTPFields = [:]
    ) -> Response {
        var headers = headers
        headers[.contentType] = type
        return Response(
            status: status, headers: headers, body: ResponseBody(byteBuffer: ByteBuffer(string: text)))
    }

    static func json(_ value: JSONValue, status: HTTPResponse.Status = .ok) -> Response {
        .text(value.text + "\n", type: "application/json; charset=utf-8", status: status)
    }

    /// After a form: the browser asks for `path` anew.
    static func seeOther(_ path: String) -> Response {
        Response(status: .seeOther, headers: [.location: path])
    }
}

/// A file that is served as it is, from inside the program.
struct Asset {
    let bytes: ByteBuffer
    let type: String
    /// Names this content: pages ask for it by this name, so that browsers may keep it.
    let version: String

    private init(_ asset: pg_asset, _ type: String) {
        let memory = UnsafeRawBufferPointer(start: asset.bytes, count: asset.length)
        bytes = ByteBuffer(bytes: memory)
        self.type = type
        // FNV-1a, 64 bits.
        let hash = memory.reduce(0xCBF2_9CE4_8422_2325 as UInt64) { ($0 ^ UInt64($1)) &* 0x100_0000_01B3 }
        version = String(hash, radix: 36)
    }

    static let script = Asset(pg_console_script(), "text/javascript; charset=utf-8")
    static let style = Asset(pg_console_style(), "text/css; charset=utf-8")
    static let icon = Asset(pg_console_icon(), "image/svg+xml")
    static let openAPI = Asset(pg_console_openapi(), "application/json; charset=utf-8")

    var response: Response {
        Response(
            status: .ok,
            headers: [.contentType: type, .cacheControl: "private, max-age=31536000, immutable"],
            body: ResponseBody(byteBuffer: bytes))
    }
}
