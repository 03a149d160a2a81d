import Foundation
import Presentation
import RiskFeatures
import RiskModel

/// What a head learned of two features together: the grid's points in calibrated log-odds, warm where they speak for
/// abuse and cold where against.
struct HeatTable {
    let cross: LogisticModel.Cross
    /// Of the head's calibration.
    let slope: Double
    /// The log-odds that are shown in full colour.
    let most: Double

    var figure: Markup {
        let (first, second) = (cross.first, cross.second)
        let titles =
            [Markup.text("")] + second.knots.map { .words(FeatureValueWords.phrase(second.feature, $0)) }
        let rows = zip(first.knots, cross.points).map { knot, points in
            Markup.tag(
                "tr", [],
                [.tag("th", [], [.words(FeatureValueWords.phrase(first.feature, knot))])] + points.map(cell))
        }
        return .tag(
            "figure", [("class", "curve-card")],
            [
                .tag(
                    "figcaption", [],
                    [
                        .tag("code", [], [.text("\(first.feature) ↓ × \(second.feature) →")]),
                        .tag(
                            "b", [("class", "range")],
                            [.text("Δ " + NumberText.fixed(cross.range * slope, places: 2))]),
                        .tag("small", [], [.words(TermWords.meaning([first.feature, second.feature]))]),
                    ]),
                .tag(
                    "div", [("class", "heat")],
                    [
                        .tag(
                            "table", [],
                            [
                                .tag("thead", [], [.tag("tr", [], titles.map { .tag("th", [], [$0]) })]),
                                .tag("tbody", [], rows),
                            ])
                    ]),
            ])
    }

    private func cell(_ point: Double) -> Markup {
        let logOdds = point * slope
        let share = Int((min(abs(logOdds) / most, 1) * 70).rounded())
        let colour = logOdds > 0 ? "--up" : "--down"
        return .tag(
            "td", [("style", "background: color-mix(in srgb, var(\(colour)) \(share)%, transparent)")],
            [.text(NumberText.signed(logOdds))])
    }
}
