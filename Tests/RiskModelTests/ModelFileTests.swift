import Foundation
import Testing

@testable import RiskModel

@Suite struct ModelFileTests {
    private static func model() -> LogisticModel {
        var model = ScorerTests.model(42)
        model.training = .init(
            data: "two \"simulated\" campaigns\n优惠券",
            commands: ["promoguard simulate a", "promoguard train"],
            rows: [.couponAbuse: 10, .fakeOrder: 12], positives: [.couponAbuse: 3, .fakeOrder: 4],
            firstMs: 1_700_000_000_000, lastMs: 1_700_000_100_000)
        model.heads[.couponAbuse]!.evaluation = ["auc": 0.971_23, "log_loss": 1e-7]
        model.heads[.couponAbuse]!.terms[0].points[0] = 0.1 + 0.2
        let last = model.heads[.couponAbuse]!.terms[1].knots.count - 1
        model.heads[.couponAbuse]!.terms[1].knots[last] = 123_456_789_012.5
        return model
    }

    private func temporaryFolder() throws -> URL {
        let folder = FileManager.default.temporaryDirectory
            .appendingPathComponent("promoguard-model-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        return folder
    }

    private func problem(_ text: String) -> ModelError.Problem? {
        do {
            _ = try LogisticModel.load(bytes: Data(text.utf8), name: "m.json")
            return nil
        } catch {
            #expect(!error.description.contains("\n"))
            #expect(error.description.hasPrefix("cannot load model m.json: "))
            return error.problem
        }
    }

    /// The text of a good file with the first occurrence of something replaced.
    private func problem(replacing old: String, with new: String) -> ModelError.Problem? {
        var text = Self.model().fileText
        let range = text.range(of: old)
        #expect(range != nil)
        if let range { text.replaceSubrange(range, with: new) }
        return problem(text)
    }

    @Test func aFileReadBackIsTheModelAndWritesTheSameBytes() throws {
        let folder = try temporaryFolder()
        defer { try? FileManager.default.removeItem(at: folder) }
        let path = folder.appendingPathComponent("m.json").path
        try Self.model().write(to: path)
        let first = try Data(contentsOf: URL(fileURLWithPath: path))
        let read = try LogisticModel.load(path)
        #expect(read == Self.model())
        try read.write(to: path)
        #expect(try Data(contentsOf: URL(fileURLWithPath: path)) == first)
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["m.json"])
    }

    @Test func aFileIsATermALineWithSortedKeys() throws {
        let lines = Self.model().fileText.split(separator: "\n")
        let terms = lines.filter { $0.contains("\"feature\"") }
        #expect(terms.count == Self.model().heads.values.reduce(0) { $0 + $1.terms.count })
        let keys = ["feature", "knots", "missingPoints", "points", "transform"]
        for term in terms {
            let places = keys.map { term.range(of: "\"\($0)\"")!.lowerBound }
            #expect(places == places.sorted())
        }
    }

    @Test func aHundredFeaturesFitInAReadableFile() {
        let names = (0..<120).map { "a_rather_long_feature_name_over_seven_days_\($0)" }
        #expect(ScorerTests.model(7, features: names).fileText.utf8.count < 300_000)
    }

    @Test func whatIsNoModelSaysSo() {
        for text in ["", "not json", "{\"format\": ", "{\"format\": \"promoguard-model\"} more"] {
            guard case .notJSON = problem(text) else {
                Issue.record("\(text): \(String(describing: problem(text)))")
                continue
            }
        }
        for text in ["{}", "[]", "1", "{\"format\": \"other\", \"version\": 1}"] {
            #expect(problem(text) == .notAModel)
        }
    }

    @Test func aNewerLayoutSaysSo() {
        #expect(problem(replacing: "\"version\": 1", with: "\"version\": 2") == .newerVersion(2))
        // Whatever else a newer layout changed, its version is what is told.
        #expect(
            problem("{\"format\": \"promoguard-model\", \"version\": 7, \"heads\": []}") == .newerVersion(7))
    }

    @Test func aMissingOrMistypedFieldIsNamedByItsPath() {
        #expect(
            problem(replacing: "\"slope\"", with: "\"slop\"")
                == .malformed(at: "heads.coupon_abuse.calibration.slope", "is missing"))
        guard
            case .malformed(let path, _) = problem(
                replacing: "\"transform\": \"identity\"", with: "\"transform\": \"sqrt\"")
        else {
            Issue.record("an unknown transform must be an error")
            return
        }
        #expect(path.hasPrefix("heads.coupon_abuse.terms["))
        #expect(path.hasSuffix(".transform"))
        guard case .malformed = problem(replacing: "\"name\": \"made up\"", with: "\"name\": 3") else {
            Issue.record("a name that is a number must be an error")
            return
        }
    }

    @Test func aMissingHeadIsNamedUnlessItIsNotNeeded() throws {
        var model = Self.model()
        model.heads[.fakeOrder] = nil
        #expect(problem(model.fileText) == .missingHead(.fakeOrder))
        let read = try LogisticModel.load(
            bytes: Data(model.fileText.utf8), name: "m", requiring: [.couponAbuse])
        #expect(read == model)
    }

    @Test func numbersMustBeFinite() {
        #expect(
            problem(replacing: "\"review\": 0.2", with: "\"review\": 1e999") == .notFinite("number 1e999"))
        guard case .notJSON = problem(replacing: "\"review\": 0.2", with: "\"review\": NaN") else {
            Issue.record("NaN is no JSON")
            return
        }
        var model = Self.model()
        model.heads[.fakeOrder]!.terms[2].missingPoints = .nan
        let error = #expect(throws: ModelError.self) { try model.validate() }
        #expect(error?.problem == .notFinite("heads.fake_order.terms[2].missingPoints"))
        // Finite as a double, but not as the 32-bit float that scores it.
        model = Self.model()
        model.heads[.fakeOrder]!.terms[2].points[0] = 1e300
        #expect(throws: ModelError.self) { try model.validate() }
    }

    @Test func aModelThatContradictsItselfIsRefused() {
        func problem(_ change: (inout LogisticModel) -> Void) -> ModelError.Problem? {
            var model = Self.model()
            change(&model)
            do {
                try model.validate(requiring: Risk.allCases)
                return nil
            } catch {
                return error.problem
            }
        }
        #expect(problem { _ in } == nil)
        #expect(
            problem { $0.heads[.couponAbuse]!.terms[1].feature = $0.heads[.couponAbuse]!.terms[0].feature }
                == .duplicateTerm("coupon_abuse", feature: Self.model().heads[.couponAbuse]!.terms[0].feature)
        )
        #expect(
            problem { $0.heads[.couponAbuse]!.terms[0].transform = .identity }
                == .conflictingTransforms(feature: "f35"))
        #expect(
            problem { $0.heads[.fakeOrder]!.terms[0].points = [] }
                == .unevenCurve("fake_order", feature: Self.model().heads[.fakeOrder]!.terms[0].feature))
        #expect(
            problem {
                $0.heads[.fakeOrder]!.terms[0].knots = [2, 2]
                $0.heads[.fakeOrder]!.terms[0].points = [0, 1]
            }
                == .knotsNotAscending("fake_order", feature: Self.model().heads[.fakeOrder]!.terms[0].feature)
        )
        #expect(
            problem { $0.heads[.fakeOrder]!.calibration.slope = -1 } == .calibrationNotRising("fake_order"))
        for (review, high) in [(0.9, 0.2), (0.5, 0.5), (0, 0.5), (0.5, 1)] {
            #expect(
                problem { $0.heads[.fakeOrder]!.thresholds = .init(review: review, high: high) }
                    == .thresholdsOutOfOrder("fake_order", review: review, high: high))
        }
        #expect(problem { $0.heads = [:] } == .missingHead(.couponAbuse))
    }

    @Test func manyUnknownFeaturesAreNamedUpToSome() {
        let error = ModelError(model: "m", problem: .unknownFeatures((0..<20).map { "x\($0)" }))
        #expect(error.description.contains("x11 and 8 more"))
        #expect(!error.description.contains("x12,"))
    }

    @Test func filesThatCannotBeReadOrWrittenSayWhy() throws {
        let folder = try temporaryFolder()
        defer { try? FileManager.default.removeItem(at: folder) }
        let missing = folder.appendingPathComponent("none/m.json").path
        let error = #expect(throws: ModelError.self) { try LogisticModel.load(missing) }
        #expect(error?.description.contains("No such file or directory") == true)
        let refused = #expect(throws: ModelError.self) { try Self.model().write(to: missing) }
        #expect(refused?.description.hasPrefix("cannot write model ") == true)
        #expect(refused?.description.contains("No such file or directory") == true)
        #expect(throws: ModelError.self) { try LogisticModel.load(folder.path) }
    }

    @Test func aModelThatCannotBeReadBackIsNotWritten() throws {
        let folder = try temporaryFolder()
        defer { try? FileManager.default.removeItem(at: folder) }
        var model = Self.model()
        model.heads[.couponAbuse]!.intercept = .infinity
        let path = folder.appendingPathComponent("m.json").path
        #expect(throws: ModelError.self) { try model.write(to: path) }
        #expect(!FileManager.default.fileExists(atPath: path))
    }

    /// Fitted or not, the model inside the program loads or says why in a line.
    @Test func theBundledModelLoadsOrExplains() {
        do {
            #expect(try LogisticModel.bundled().heads.count == Risk.allCases.count)
        } catch {
            #expect(error.problem == .notAModel)
            #expect(error.description.contains("promoguard train"))
        }
    }

    @Test func theTermThatMattersMostComesFirst() {
        for (_, head) in Self.model().namedHeads {
            let importance = head.byImportance.map(\.importance)
            #expect(importance == importance.sorted(by: >))
            #expect(importance.count == head.terms.count)
        }
    }
}
