import Hummingbird
import Presentation

/// Who asks, and how pages look to them.
struct Visitor: Sendable {
    /// Light or dark, or as the system says.
    enum Theme: String, Sendable, CaseIterable { case auto, light, dark }

    /// The reviewer's name; nil while nobody is signed in.
    var name: String?
    /// What a page must send along with a write.
    var token = ""
    /// Signed in in a browser, and may sign out again.
    var hasSession = false
    /// Came with a token in a header, which no browser adds by itself.
    var isProgram = false
    var language: Language
    var theme: Theme

    /// As the request's cookies say, else its languages.
    init(_ request: Request, language: Language) {
        let cookies = request.cookies
        let asked = cookies["promoguard_language"].flatMap { Language(rawValue: $0.value) }
        self.language = asked ?? Visitor.language(request.headers[.acceptLanguage]) ?? language
        theme = cookies["promoguard_theme"].flatMap { Theme(rawValue: $0.value) } ?? .auto
    }

    /// The first of the languages asked for that there is.
    private static func language(_ header: String?) -> Language? {
        header?.split(separator: ",").lazy.compactMap { part in
            Language(rawValue: part.drop { $0 == " " }.prefix(2).lowercased())
        }.first
    }
}
