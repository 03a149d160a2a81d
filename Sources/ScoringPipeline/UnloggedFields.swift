import ActivityLog
import RiskFeatures

/// Fields that logs may lack, taken from some of the rows that a model learns from (Globerson and Roweis 2006, Nightmare at
/// test time: robust learning by feature deletion).
///
/// In any one brand's logs a field is absent from a few accounts' events only, and "unknown" would be learned to mean what
/// they are. In logs that never have the field it would say so of everybody.
struct UnloggedFields {
    /// Of groups whose rows lose fields.
    private static let share = 0.15
    /// Of each field in such a group.
    private static let lost = 0.25

    /// For each field that a feature needs, the columns of the features that need it.
    private let columns: [[Int]]

    init() {
        let needed = Set(FeatureCatalog.all.flatMap(\.needs))
        columns = EventField.allCases.filter(needed.contains).map { field in
            FeatureCatalog.all.indices.filter { FeatureCatalog.all[$0].needs.contains(field) }
        }
    }

    /// The columns that are unknown in a group's rows.
    func unknown(in group: UInt64) -> [Int] {
        func draw(_ number: UInt64) -> Double {
            Double(IdentifierHash.combine(group, number) >> 11) * 0x1p-53
        }
        guard draw(0) < UnloggedFields.share else { return [] }
        return columns.indices.filter { draw(UInt64($0) + 1) < UnloggedFields.lost }.flatMap { columns[$0] }
    }
}
