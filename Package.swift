// swift-tools-version: 6.2
import PackageDescription

/// The rooms, from the bottom up; a room imports only rooms above it in this list.
let package = Package(
    name: "PromoGuard",
    products: [
        .executable(name: "promoguard", targets: ["promoguard"]),
        .library(name: "ActivityLog", targets: ["ActivityLog"]),
        .library(name: "RiskFeatures", targets: ["RiskFeatures"]),
        .library(name: "RiskModel", targets: ["RiskModel"]),
        .library(name: "CaseFile", targets: ["CaseFile"]),
    ],
    traits: [
        .trait(name: "ISAL", description: "Inflate with Intel ISA-L (libisal); without it, with zlib."),
        .default(enabledTraits: ["ISAL"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
        .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.1", traits: []),
        // What it stands on, named where we use it ourselves.
        .package(url: "https://github.com/apple/swift-http-types", from: "1.8.0"),
        .package(url: "https://github.com/apple/swift-log", from: "1.14.0"),
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.0"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
    ],
    targets: [
        .systemLibrary(
            name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"]), .brew(["zlib"])]),
        .systemLibrary(
            name: "CISAL", pkgConfig: "libisal", providers: [.apt(["libisal-dev"]), .brew(["isa-l"])]),
        .systemLibrary(name: "CLinux"),
        .target(name: "CHotPath"),
        .target(name: "CBundledModel"),
        .target(name: "CFormats"),
        .target(
            name: "ActivityLog",
            dependencies: [
                "CZlib", "CHotPath", "CFormats", "CLinux",
                .target(name: "CISAL", condition: .when(traits: ["ISAL"])),
            ]),
        .target(name: "RiskFeatures", dependencies: ["ActivityLog", "CHotPath"]),
        .target(name: "RiskModel", dependencies: ["CBundledModel", "CHotPath"]),
        .target(
            name: "CaseFile",
            dependencies: [
                .product(name: "GRDB", package: "GRDB.swift"),
                .product(name: "GRDBSQLite", package: "GRDB.swift"),
            ]),
        .target(
            name: "ScoringPipeline",
            dependencies: ["ActivityLog", "RiskFeatures", "RiskModel", "CaseFile", "CZlib"]),
        .target(name: "CampaignSimulator", dependencies: ["ActivityLog", "CZlib"]),
        .target(name: "Presentation", dependencies: ["RiskFeatures", "RiskModel", "CaseFile"]),
        .target(name: "CConsoleAssets"),
        .target(
            name: "ReviewConsole",
            dependencies: [
                "ActivityLog", "RiskFeatures", "RiskModel", "CaseFile", "Presentation", "CConsoleAssets",
                .product(name: "Hummingbird", package: "hummingbird"),
                .product(name: "HummingbirdCore", package: "hummingbird"),
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
                .product(name: "UnixSignals", package: "swift-service-lifecycle"),
            ]),
        .executableTarget(
            name: "promoguard",
            dependencies: [
                "ActivityLog", "RiskFeatures", "RiskModel", "CaseFile", "ScoringPipeline",
                "CampaignSimulator", "Presentation", "ReviewConsole", "CLinux",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ]),
        .target(name: "LogStage", dependencies: ["CZlib"], path: "Tests/LogStage"),
        .testTarget(name: "ActivityLogTests", dependencies: ["ActivityLog", "CZlib", "LogStage"]),
        .testTarget(name: "RiskFeaturesTests", dependencies: ["RiskFeatures", "ActivityLog"]),
        .testTarget(name: "RiskModelTests", dependencies: ["RiskModel"], exclude: ["Golden"]),
        .testTarget(
            name: "CaseFileTests",
            dependencies: ["CaseFile", .product(name: "GRDB", package: "GRDB.swift")]),
        .testTarget(
            name: "PromoGuardCommandTests",
            dependencies: ["promoguard", "ActivityLog", "CaseFile", "RiskFeatures", "Presentation"]),
        .testTarget(
            name: "ReviewConsoleTests",
            dependencies: [
                "ReviewConsole", "CaseFile", "RiskModel",
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "Hummingbird", package: "hummingbird"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOEmbedded", package: "swift-nio"),
            ]),
        .testTarget(
            name: "CampaignSimulatorTests", dependencies: ["CampaignSimulator", "ActivityLog"]),
        .testTarget(
            name: "ScoringPipelineTests",
            dependencies: [
                "ScoringPipeline", "CampaignSimulator", "ActivityLog", "RiskFeatures", "RiskModel",
                "LogStage", "CaseFile", "promoguard", .product(name: "GRDB", package: "GRDB.swift"),
            ]),
    ],
    swiftLanguageModes: [.v6]
)
