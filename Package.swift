// swift-tools-version: 6.2
import PackageDescription

/// What every module of ours is compiled with: Swift 6 mode, explicit access on imports, and no warning left standing.
let strict: [SwiftSetting] = [
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .treatAllWarnings(as: .error),
]

/// The same for the pure core, optimised in debug builds too: its tests run through a hundred thousand histories.
let core = strict + [.unsafeFlags(["-O"], .when(configuration: .debug))]

let argumentParser = Target.Dependency.product(name: "ArgumentParser", package: "swift-argument-parser")
let coreMetrics = Target.Dependency.product(name: "CoreMetrics", package: "swift-metrics")
let logging = Target.Dependency.product(name: "Logging", package: "swift-log")
let unixSignals = Target.Dependency.product(name: "UnixSignals", package: "swift-service-lifecycle")
let nioCore = Target.Dependency.product(name: "NIOCore", package: "swift-nio")
let nioPosix = Target.Dependency.product(name: "NIOPosix", package: "swift-nio")
let nioHTTP1 = Target.Dependency.product(name: "NIOHTTP1", package: "swift-nio")
let nioEmbedded = Target.Dependency.product(name: "NIOEmbedded", package: "swift-nio")
let nioSSL = Target.Dependency.product(name: "NIOSSL", package: "swift-nio-ssl")

let package = Package(
    name: "surf-ufm-pkeyd",
    products: [
        .executable(name: "surf-ufm-pkeyd", targets: ["surf-ufm-pkeyd"]),
        .executable(name: "ufm-simulator", targets: ["ufm-simulator"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
        .package(url: "https://github.com/apple/swift-metrics", from: "2.13.0"),
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
        .package(url: "https://github.com/apple/swift-nio-ssl", from: "2.37.6"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
    ],
    targets: [
        // The system libraries: libcurl is opened when the program runs, the others are linked with
        .target(name: "CCurl"),
        .systemLibrary(
            name: "COpenSSL", pkgConfig: "openssl",
            providers: [.apt(["libssl-dev"]), .yum(["openssl-devel"])]),
        .systemLibrary(
            name: "CYAML", pkgConfig: "yaml-0.1",
            providers: [.apt(["libyaml-dev"]), .yum(["libyaml-devel"])]),

        // The core: values that decide
        .target(name: "Text", swiftSettings: core),
        .target(name: "Fabric", dependencies: ["Text"], swiftSettings: core),
        .target(name: "Planning", dependencies: ["Fabric"], swiftSettings: core),
        .target(name: "KeyHistory", swiftSettings: core),

        // The shell: what reads and writes the world
        .target(name: "CStart"),
        .target(name: "Surroundings", dependencies: ["CStart", "Text"], swiftSettings: strict),
        .target(name: "Files", swiftSettings: strict),
        .target(name: "JSONText", swiftSettings: core),
        .target(name: "YAMLReader", dependencies: ["Text", "CYAML"], swiftSettings: strict),
        .target(
            name: "Transport", dependencies: ["Surroundings", "Text", "CCurl", "COpenSSL"], swiftSettings: strict),
        .target(
            name: "EtcdGateway", dependencies: ["JSONText", "KeyHistory", "Surroundings", "Text", "Transport"],
            swiftSettings: strict),
        .target(
            name: "EtcdV2", dependencies: ["EtcdGateway", "KeyHistory", "Surroundings", "Text", "Transport"],
            swiftSettings: strict),
        .target(
            name: "UFMClient", dependencies: ["Fabric", "JSONText", "Text", "Transport"], swiftSettings: strict),
        .target(
            name: "Administration",
            dependencies: ["Fabric", "Files", "JSONText", "Planning", "Text", "UFMClient", "YAMLReader"],
            swiftSettings: strict),
        .target(
            name: "Reconciler", dependencies: ["Planning", "Fabric", "KeyHistory", "Text", "YAMLReader", logging],
            swiftSettings: core),
        .target(
            name: "Ledger",
            dependencies: [
                "EtcdGateway", "Fabric", "Files", "JSONText", "KeyHistory", "Planning", "Reconciler", "Surroundings",
                "Text", "Transport",
            ],
            swiftSettings: strict),
        .target(
            name: "Adapters",
            dependencies: [
                "Administration", "EtcdGateway", "EtcdV2", "Fabric", "Files", "KeyHistory", "Ledger", "Reconciler",
                "Surroundings", "Text", "Transport", "UFMClient", coreMetrics,
            ],
            swiftSettings: strict),
        .target(
            name: "Settings",
            dependencies: [
                "EtcdGateway", "Fabric", "Files", "Listening", "Planning", "Reconciler", "Surroundings", "Text",
                "Transport", "UFMClient", "Usage", "YAMLReader",
            ],
            swiftSettings: strict),
        .target(name: "Usage", swiftSettings: strict),
        .target(
            name: "Exposition",
            dependencies: ["Fabric", "KeyHistory", "Planning", "Reconciler", "Surroundings", "Text", coreMetrics],
            swiftSettings: strict),
        .target(name: "Listening", dependencies: ["Surroundings", "Text"], swiftSettings: strict),
        .target(
            name: "Telemetry",
            dependencies: [
                "Exposition", "Fabric", "JSONText", "KeyHistory", "Ledger", "Listening", "Reconciler", "Surroundings",
                "Text", logging,
            ],
            swiftSettings: strict),

        // The programs
        .executableTarget(
            name: "surf-ufm-pkeyd",
            dependencies: [
                "Adapters", "Administration", "EtcdGateway", "EtcdV2", "Exposition", "Fabric", "Files", "JSONText",
                "KeyHistory", "Ledger", "Listening", "Planning", "Reconciler", "Settings", "Surroundings", "Telemetry",
                "Text", "Transport",
                "UFMClient",
                "Usage",
                argumentParser,
                logging, unixSignals,
            ],
            swiftSettings: strict),
        .target(name: "HTTPServing", dependencies: [nioCore, nioPosix, nioHTTP1], swiftSettings: strict),
        .target(name: "UFMModel", swiftSettings: strict),
        .target(
            name: "UFMSimulator", dependencies: ["HTTPServing", "UFMModel", nioCore, nioPosix, nioSSL],
            swiftSettings: strict),
        .executableTarget(
            name: "ufm-simulator", dependencies: ["UFMModel", "UFMSimulator", argumentParser, unixSignals],
            swiftSettings: strict),

        // The tests
        .target(name: "TestSupport", path: "Tests/TestSupport", swiftSettings: strict),
        .testTarget(name: "SurroundingsTests", dependencies: ["Surroundings"], swiftSettings: strict),
        .testTarget(name: "TextTests", dependencies: ["Text", "TestSupport"], swiftSettings: strict),
        .testTarget(name: "JSONTextTests", dependencies: ["JSONText", "TestSupport"], swiftSettings: strict),
        .testTarget(name: "FilesTests", dependencies: ["Files", "TestSupport"], swiftSettings: strict),
        .target(
            name: "ScriptedUFM", dependencies: ["Fabric", "Transport", "UFMClient"], path: "Tests/ScriptedUFM",
            swiftSettings: strict),
        .testTarget(name: "FabricTests", dependencies: ["Fabric", "TestSupport"], swiftSettings: strict),
        .testTarget(name: "PlanningTests", dependencies: ["Planning", "Fabric", "TestSupport"], swiftSettings: strict),
        .testTarget(name: "KeyHistoryTests", dependencies: ["KeyHistory"], swiftSettings: strict),
        .testTarget(name: "YAMLReaderTests", dependencies: ["YAMLReader"], swiftSettings: strict),
        .testTarget(name: "TransportTests", dependencies: ["Transport", "TestSupport"], swiftSettings: strict),
        .testTarget(
            name: "EtcdGatewayTests", dependencies: ["EtcdGateway", "KeyHistory", "Transport", "TestSupport"],
            swiftSettings: strict),
        .testTarget(
            name: "EtcdV2Tests", dependencies: ["EtcdV2", "EtcdGateway", "KeyHistory", "Transport", "TestSupport"],
            swiftSettings: strict),
        .testTarget(
            name: "UFMClientTests", dependencies: ["UFMClient", "Fabric", "ScriptedUFM", "Transport", "TestSupport"],
            swiftSettings: strict),
        .testTarget(
            name: "AdministrationTests",
            dependencies: [
                "Administration", "Fabric", "Files", "Planning", "ScriptedUFM", "Transport", "UFMClient", "TestSupport",
            ],
            swiftSettings: strict),
        .testTarget(
            name: "UFMConformanceTests",
            dependencies: [
                "Administration", "UFMClient", "UFMModel", "UFMSimulator", "Fabric", "Planning", "Transport",
                "TestSupport",
            ],
            swiftSettings: strict),
        .testTarget(
            name: "ReconcilerTests",
            dependencies: ["Reconciler", "Planning", "Fabric", "KeyHistory", "TestSupport", logging],
            swiftSettings: core),
        .testTarget(
            name: "ExpositionTests",
            dependencies: ["Exposition", "Fabric", "KeyHistory", "Planning", "Reconciler", "TestSupport", coreMetrics],
            swiftSettings: strict),
        .testTarget(
            name: "ListeningTests", dependencies: ["Listening", "TestSupport"], swiftSettings: strict),
        .testTarget(
            name: "TelemetryTests",
            dependencies: ["Fabric", "KeyHistory", "Planning", "Reconciler", "Telemetry", "TestSupport", logging],
            swiftSettings: strict),
        .testTarget(
            name: "HTTPServingTests", dependencies: ["HTTPServing", "TestSupport", nioCore, nioEmbedded],
            swiftSettings: strict),
        .testTarget(name: "UFMModelTests", dependencies: ["UFMModel", "TestSupport"], swiftSettings: strict),
        .testTarget(
            name: "UFMSimulatorTests", dependencies: ["UFMModel", "UFMSimulator", "TestSupport"],
            swiftSettings: strict),
        .testTarget(
            name: "LedgerTests",
            dependencies: [
                "Ledger", "EtcdGateway", "Fabric", "Files", "KeyHistory", "Planning", "Reconciler", "Transport",
                "TestSupport",
            ],
            swiftSettings: strict),
        .testTarget(
            name: "AdaptersTests",
            dependencies: [
                "Adapters", "EtcdGateway", "EtcdV2", "Fabric", "Files", "KeyHistory", "Ledger", "Planning",
                "Reconciler",
                "ScriptedUFM",
                "Transport", "UFMClient", "TestSupport",
            ],
            swiftSettings: strict),
        .testTarget(
            name: "SettingsTests",
            dependencies: [
                "Settings", "EtcdGateway", "Fabric", "Planning", "Reconciler", "Surroundings", "TestSupport",
                "Transport",
                "UFMClient", "Usage", "YAMLReader",
            ],
            swiftSettings: strict),
        .testTarget(name: "UsageTests", dependencies: ["Usage"], swiftSettings: strict),
        .testTarget(
            name: "IntegrationTests",
            dependencies: [
                "EtcdGateway", "EtcdV2", "Fabric", "HTTPServing", "KeyHistory", "Ledger", "Reconciler", "Transport",
                "UFMClient",
                "UFMModel",
                "UFMSimulator",
                "TestSupport", "Usage", "surf-ufm-pkeyd", "ufm-simulator",
            ],
            swiftSettings: strict),
    ],
    swiftLanguageModes: [.v6]
)
