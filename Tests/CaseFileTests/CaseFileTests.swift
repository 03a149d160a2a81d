import Testing

@testable import CaseFile
