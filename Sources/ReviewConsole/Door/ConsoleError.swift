import CaseFile
import HTTPTypes
import Hummingbird
import RiskFeatures

/// Why a request gets no answer but an error; the message is for a person and names no account.
struct ConsoleError: Error {
    let status: HTTPResponse.Status
    let message: Phrase
    var headers = HTTPFields()

    init(_ status: HTTPResponse.Status, _ en: String, _ zh: String) {
        self.status = status
        message = Phrase(en: en, zh: zh)
    }

    static let notFound = ConsoleError(.notFound, "There is no such page.", "没有这个页面。")
    static let noAccount = ConsoleError(
        .notFound, "No flagged account has this id or reference.", "没有这个被标记的账号。")
    static let noGang = ConsoleError(.notFound, "There is no such gang (any more).", "没有这个团伙（或已不存在）。")
    static let tooLarge = ConsoleError(
        .contentTooLarge, "The request is too large: 64 KiB is the most.", "请求过大：上限 64 KiB。")

    static func badValue(_ name: String) -> ConsoleError {
        ConsoleError(
            .badRequest, "The value of “\(name)” is not one that it can have.", "参数“\(name)”的取值无效。")
    }

    /// A mistyped name would otherwise select more than was meant.
    static func unknownName(_ name: String) -> ConsoleError {
        let name = String(name.prefix(64))
        return ConsoleError(
            .badRequest, "There is no parameter “\(name)” here: see /api/v1/openapi.json.",
            "没有参数“\(name)”：见 /api/v1/openapi.json。")
    }

    static func wrongMethod(allowed: String) -> ConsoleError {
        var error = ConsoleError(
            .methodNotAllowed, "This page takes no such request.", "该页面不接受此类请求。")
        error.headers[.allow] = allowed
        return error
    }

    /// What any error means to who asked.
    init(_ error: any Error) {
        switch error {
        case let error as ConsoleError: self = error
        case let error as CaseFileError: self.init(error)
        case let error as HTTPError: self = ConsoleError(error)
        default:
            self.init(.internalServerError, "Something went wrong in the server.", "服务器内部错误。")
        }
    }

    private init(_ error: HTTPError) {
        switch error.status {
        case .notFound: self = .notFound
        case .contentTooLarge: self = .tooLarge
        case .methodNotAllowed:
            self.init(.methodNotAllowed, "This page takes no such request.", "该页面不接受此类请求。")
        default: self.init(error.status, "The request cannot be understood.", "无法理解该请求。")
        }
    }

    private init(_ error: CaseFileError) {
        switch error.cause {
        case .notFlagged: self = .noAccount
        case .nothingToUndo:
            self.init(.conflict, "There is no decision to undo.", "没有可撤销的处理。")
        case .otherSelection(let expected, let found):
            self.init(
                .conflict,
                "\(found) flags are selected by now, and \(expected) were shown: look again.",
                "当前选中 \(found) 条标记，而显示时为 \(expected) 条：请重新查看。")
        case .badCursor:
            self.init(
                .badRequest, "The place to go on from is none of this list: begin with its first page.",
                "翻页位置无效：请从第一页开始。")
        case .locked:
            self.init(
                .serviceUnavailable, "The database is busy: try again in a moment.", "数据库繁忙：请稍后再试。")
        default:
            self.init(.internalServerError, "The database cannot be used at present.", "目前无法使用数据库。")
        }
    }
}
