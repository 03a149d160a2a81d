// swift-tools-version: 6.2
import PackageDescription

/// Measurements of the rooms, each a program that prints figures and ratios taken in the same run.
let package = Package(
    name: "Benchmarks",
    dependencies: [
        .package(name: "PromoGuard", path: "..")
    ],
    targets: [
        .target(name: "BenchmarkLines"),
        .executableTarget(
            name: "decode-bench",
            dependencies: ["BenchmarkLines", .product(name: "ActivityLog", package: "PromoGuard")]),
        .executableTarget(
            name: "read-bench",
            dependencies: ["BenchmarkLines", .product(name: "ActivityLog", package: "PromoGuard")]),
        .executableTarget(
            name: "checkpoint-bench",
            dependencies: [
                .product(name: "ActivityLog", package: "PromoGuard"),
                .product(name: "RiskFeatures", package: "PromoGuard"),
            ]),
        .executableTarget(
            name: "learn-bench", dependencies: [.product(name: "RiskModel", package: "PromoGuard")]),
        .executableTarget(
            name: "score-bench", dependencies: [.product(name: "RiskModel", package: "PromoGuard")]),
        .executableTarget(
            name: "review-bench", dependencies: [.product(name: "CaseFile", package: "PromoGuard")]),
    ],
    swiftLanguageModes: [.v6]
)
