import Foundation

/// Feeds arbitrary bytes to the CSV reader: nothing may crash, records that were read must read back the same
/// once written, and a cell that reads as a number must be the number that the standard library reads.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    let bytes = Array(UnsafeBufferPointer(start: start, count: count))
    guard let records = try? read(bytes) else { return 0 }
    var writer = CSVWriter()
    for record in records { writer.append(record) }
    guard let again = try? read(writer.bytes) else { fatalError("what was written cannot be read") }
    require(again == records, "what was written reads back differently")
    for field in records.joined() {
        let text = Array(field.utf8)
        guard case .number(let number) = text.withUnsafeBufferPointer({ TableCell($0) }) else { continue }
        let wanted = Double(field.trimmingCharacters(in: .whitespaces))
        require(wanted == number, "a number reads differently")
    }
    return 0
}

func read(_ bytes: [UInt8]) throws -> [[String]] {
    var reader = CSVReader(bytes: bytes, name: "fuzz")
    var records: [[String]] = []
    while try reader.next() { records.append((0..<reader.fieldCount).map { reader.field($0) }) }
    return records
}

/// Like `precondition`, but says its message in an optimised build too.
func require(_ condition: Bool, _ message: @autoclosure () -> String) {
    if !condition { fatalError(message()) }
}
