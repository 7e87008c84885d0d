// swift-tools-version: 6.2
// SPDX-License-Identifier: Apache-2.0
import PackageDescription

/// The picture in docs/architecture.md, as SwiftPM sees it: imports only go down.
let package = Package(
  name: "headwater",
  platforms: [.macOS(.v15)],
  products: [
    .executable(name: "headwater", targets: ["headwater"]),
    .executable(name: "bitbake-prserv", targets: ["bitbake-prserv"]),
    // For the tests alone, which preload it into the programs.
    .library(name: "FaultShim", type: .dynamic, targets: ["FaultShim"]),
  ],
  traits: [
    .trait(name: "PostgreSQL", description: "An authority on PostgreSQL; needs libpq-dev")
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
    .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
    .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
    .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
    .package(url: "https://github.com/HdrHistogram/hdrhistogram-swift", from: "0.2.0"),
    .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.1"),
    .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
    .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
    .package(url: "https://github.com/swiftlang/swift-subprocess", from: "1.0.2"),
  ],
  targets: [
    // 0: the rules
    .target(name: "PRRevision"),

    // 1: bytes, ciphers and the rules of a federation
    .target(name: "PRWire", dependencies: ["PRRevision", .product(name: "NIOCore", package: "swift-nio")]),
    .systemLibrary(name: "COpenSSL", pkgConfig: "openssl", providers: [.apt(["libssl-dev"]), .brew(["openssl@3"])]),
    .target(name: "PRFederation", dependencies: ["PRRevision", "COpenSSL"]),
    .target(name: "PRCertificates", dependencies: ["PRFederation", "COpenSSL"]),
    .target(
      name: "PRTLS",
      dependencies: [
        "PRFederation", "PRCertificates", "COpenSSL", .product(name: "NIOCore", package: "swift-nio"),
      ]),
    .target(name: "CPidfd"),
    .target(name: "CSQLiteTuning", linkerSettings: [.linkedLibrary("sqlite3")]),

    // 2: the store; rows, package indexes and federations as files; one connection to a server
    .target(
      name: "PRStore",
      dependencies: [
        "PRRevision", "PRFederation", "COpenSSL",
      ]),
    .target(
      name: "PRInterchange", dependencies: ["PRRevision", "PRWire", .product(name: "NIOCore", package: "swift-nio")]),
    .target(
      name: "PRPackageIndex",
      dependencies: ["PRRevision", "COpenSSL", .product(name: "Subprocess", package: "swift-subprocess")]),
    .target(
      name: "PRTopology",
      dependencies: ["PRRevision", "PRFederation", "PRWire", .product(name: "Yams", package: "Yams")]),
    .target(
      name: "PRClient",
      dependencies: [
        "PRRevision", "PRWire", "PRFederation", "PRCertificates", "PRTLS",
        .product(name: "NIOCore", package: "swift-nio"),
        .product(name: "NIOPosix", package: "swift-nio"),
      ]),

    // 3: the engines of the store; asking the upstream
    .target(
      name: "PRStoreSQLite",
      dependencies: [
        "PRRevision", "PRFederation", "PRStore", "CSQLiteTuning", "COpenSSL",
        .product(name: "GRDB", package: "GRDB.swift"),
        .product(name: "GRDBSQLite", package: "GRDB.swift"),
      ]),
    .systemLibrary(name: "CPostgres", pkgConfig: "libpq", providers: [.apt(["libpq-dev"]), .brew(["libpq"])]),
    .target(
      name: "PRStorePostgres",
      dependencies: [
        "PRRevision", "PRFederation", "PRStore", "COpenSSL",
        .target(name: "CPostgres", condition: .when(traits: ["PostgreSQL"])),
      ]),
    .target(name: "PRStoreMemory", dependencies: ["PRRevision", "PRFederation", "PRStore"]),
    .target(
      name: "PRUpstream",
      dependencies: ["PRRevision", "PRWire", "PRClient", .product(name: "NIOCore", package: "swift-nio")]),

    // 4: one request; the copy
    .target(
      name: "PRSync",
      dependencies: [
        "PRRevision", "PRWire", "PRStore", "PRClient",
        .product(name: "NIOCore", package: "swift-nio"),
        .product(name: "NIOPosix", package: "swift-nio"),
        .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
      ]),
    .target(name: "PRNode", dependencies: ["PRRevision", "PRStore", "PRUpstream"]),

    // 5: listeners and sessions
    .target(
      name: "PRServer",
      dependencies: [
        "PRRevision", "PRWire", "PRCertificates", "PRTLS", "PRStore", "PRNode",
        .product(name: "Logging", package: "swift-log"),
        .product(name: "NIOCore", package: "swift-nio"),
        .product(name: "NIOPosix", package: "swift-nio"),
        .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
      ]),

    // 5: what a person sees
    .target(
      name: "PRStatus",
      dependencies: [
        "PRRevision", "PRWire", "PRFederation", "PRStore", "PRUpstream", "PRNode", "PRSync",
        .product(name: "Hummingbird", package: "hummingbird"),
        .product(name: "HummingbirdCore", package: "hummingbird"),
        .product(name: "Logging", package: "swift-log"),
        .product(name: "NIOCore", package: "swift-nio"),
        .product(name: "NIOPosix", package: "swift-nio"),
        .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
      ]),

    // 6: commands
    // 8: a node as a member of a federation
    .target(
      name: "PRMembership",
      dependencies: [
        "PRRevision", "PRWire", "PRFederation", "PRCertificates", "PRTLS", "PRStore", "PRClient", "PRNode", "PRServer",
        .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
      ]),
    .target(
      name: "PRAssembly",
      dependencies: [
        "PRRevision", "PRWire", "PRTLS", "PRStore", "PRStoreSQLite", "PRStorePostgres", "PRClient", "PRUpstream",
        "PRNode",
        "PRSync", "PRServer", "PRStatus", "PRMembership", "PRFederation", "PRCertificates",
        .product(name: "UnixSignals", package: "swift-service-lifecycle"),
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
        .product(name: "Logging", package: "swift-log"),
        .product(name: "NIOCore", package: "swift-nio"),
        .product(name: "NIOPosix", package: "swift-nio"),
        .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
      ]),
    .target(
      name: "PRSimulation",
      dependencies: [
        "PRRevision", "PRWire", "PRFederation", "PRCertificates", "PRTLS", "PRClient", "PRStore", "PRStoreMemory",
        "PRStorePostgres", "PRUpstream", "PRNode", "PRSync", "PRServer", "PRMembership", "PRAssembly",
        .product(name: "Logging", package: "swift-log"),
        .product(name: "NIOCore", package: "swift-nio"),
      ]),
    .executableTarget(
      name: "headwater",
      dependencies: [
        "PRAssembly", "PRCertificates", "PRClient", "PRFederation", "PRInterchange", "PRMembership", "PRNode",
        "PRPackageIndex", "PRRevision", "PRServer",
        "PRSimulation", "PRStatus", "PRStore", "PRStorePostgres", "PRStoreSQLite", "PRTLS", "PRTopology", "PRWire",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
        .product(name: "Histogram", package: "hdrhistogram-swift"),
        .product(name: "Logging", package: "swift-log"),
        .product(name: "NIOCore", package: "swift-nio"),
        .product(name: "NIOHTTP1", package: "swift-nio"),
        .product(name: "NIOPosix", package: "swift-nio"),
        .product(name: "Subprocess", package: "swift-subprocess"),
        .product(name: "UnixSignals", package: "swift-service-lifecycle"),
      ]),
    .executableTarget(
      name: "bitbake-prserv",
      dependencies: [
        "CPidfd", "PRAssembly", "PRNode", "PRServer", "PRStore", "PRStoreSQLite", "PRWire",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
        .product(name: "Logging", package: "swift-log"),
      ]),

    // tests; what several of them need
    .testTarget(
      name: "PRServerTests",
      dependencies: [
        "PRNode", "PRRevision", "PRServer", "PRWire", "TestLogs", "TestSeed", "TestThreads",
        .product(name: "Logging", package: "swift-log"),
        .product(name: "NIOCore", package: "swift-nio"),
      ]),
    .testTarget(
      name: "PRAssemblyTests",
      dependencies: [
        "PRAssembly", "PRCertificates", "PRNode", "PRServer", "PRStore", "PRTLS", "PRWire", "TestLogs", "TestSeed",
        "TestThreads",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
        .product(name: "Logging", package: "swift-log"),
      ]),
    .testTarget(name: "HouseTests"),
    .target(
      name: "TestLogs", dependencies: [.product(name: "Logging", package: "swift-log")], path: "Tests/TestLogs"),
    .target(name: "TestSeed", path: "Tests/TestSeed"),
    .target(name: "FaultShim", path: "Tests/FaultShim"),
    .target(name: "TestThreads", path: "Tests/TestThreads"),
    .target(name: "TestCertificates", dependencies: ["COpenSSL"], path: "Tests/TestCertificates"),
    .target(name: "TestProcesses", dependencies: ["TestThreads"], path: "Tests/TestProcesses"),
    .target(name: "TestPostgres", dependencies: ["TestProcesses", "TestThreads"], path: "Tests/TestPostgres"),
    .testTarget(
      name: "PRStorePostgresTests",
      dependencies: [
        "PRRevision", "PRStore", "PRStorePostgres", "TestPostgres", "TestProcesses", "TestSeed", "TestThreads",
      ]),
    // Knows nothing of the product, whose answers it judges.
    .target(name: "Histories", path: "Tests/Histories"),
    .testTarget(name: "HistoriesTests", dependencies: ["Histories", "TestSeed"]),
    .target(
      name: "TestStore",
      dependencies: [
        "PRFederation", "PRRevision", "PRStore", "PRStoreMemory", "PRStorePostgres", "PRStoreSQLite", "TestPostgres",
        "TestSeed",
        .product(name: "GRDB", package: "GRDB.swift"),
      ],
      path: "Tests/TestStore"),
    .target(
      name: "TestDisk",
      dependencies: [
        "PRStore", "TestSeed", .product(name: "GRDBSQLite", package: "GRDB.swift"),
      ],
      path: "Tests/TestDisk"),
    // Knows nothing of the product, whose files it judges.
    .target(
      name: "StoreCheck", dependencies: ["COpenSSL", .product(name: "GRDBSQLite", package: "GRDB.swift")],
      path: "Tests/StoreCheck"),
    .testTarget(
      name: "PRCertificatesTests",
      dependencies: ["PRCertificates", "PRFederation", "COpenSSL", "TestCertificates", "TestSeed"]),
    .testTarget(name: "PRFederationTests", dependencies: ["PRFederation", "PRRevision", "TestSeed"]),
    .testTarget(
      name: "PRMembershipTests",
      dependencies: [
        "COpenSSL", "PRCertificates", "PRClient", "PRFederation", "PRMembership", "PRNode", "PRRevision", "PRServer",
        "PRStore", "PRStoreMemory", "PRWire", "TestCertificates", "TestSeed", "TestThreads",
        .product(name: "Logging", package: "swift-log"),
        .product(name: "NIOCore", package: "swift-nio"),
        .product(name: "NIOPosix", package: "swift-nio"),
      ]),
    .testTarget(name: "PRRevisionTests", dependencies: ["PRRevision", "TestSeed"]),
    .testTarget(
      name: "PRWireTests",
      dependencies: ["PRRevision", "PRWire", "TestSeed", .product(name: "NIOCore", package: "swift-nio")]),
    .testTarget(
      name: "PRTLSTests",
      dependencies: [
        "PRCertificates", "PRFederation", "PRTLS", "TestSeed", "TestThreads",
        .product(name: "NIOCore", package: "swift-nio"),
        .product(name: "NIOEmbedded", package: "swift-nio"),
        .product(name: "NIOPosix", package: "swift-nio"),
      ]),
    .testTarget(
      name: "PRStoreTests",
      dependencies: [
        "PRFederation", "PRRevision", "PRStore", "PRStoreMemory", "PRStorePostgres", "PRStoreSQLite", "StoreCheck",
        "TestDisk", "TestPostgres", "TestSeed", "TestStore", "TestThreads",
        .product(name: "GRDB", package: "GRDB.swift"),
        .product(name: "GRDBSQLite", package: "GRDB.swift"),
      ]),
    .testTarget(
      name: "PRSyncTests",
      dependencies: [
        "PRClient", "PRNode", "PRRevision", "PRServer", "PRStore", "PRStoreSQLite", "PRSync", "PRUpstream", "PRWire",
        "TestSeed",
        "TestStore", "TestThreads",
        .product(name: "Logging", package: "swift-log"),
        .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
      ]),
    .testTarget(
      name: "PRSimulationTests",
      dependencies: ["PRNode", "PRRevision", "PRSimulation", "PRStoreMemory", "TestSeed"],
      resources: [.copy("Stories")]),
    .testTarget(
      name: "PRUpstreamTests",
      dependencies: ["PRClient", "PRRevision", "PRUpstream", "PRWire", "TestSeed"]),
    .testTarget(name: "PRTopologyTests", dependencies: ["PRFederation", "PRTopology", "PRWire", "TestSeed"]),
    .testTarget(
      name: "PRStatusTests",
      dependencies: [
        "PRFederation", "PRStatus", "PRNode", "PRRevision", "PRStore",
        .product(name: "Hummingbird", package: "hummingbird"),
        .product(name: "Subprocess", package: "swift-subprocess"),
      ]),
    .testTarget(
      name: "PRPackageIndexTests",
      dependencies: [
        "PRPackageIndex", "PRRevision", "TestSeed", .product(name: "Subprocess", package: "swift-subprocess"),
      ],
      exclude: ["Indexes"]),
    .target(
      name: "FuzzTargets",
      dependencies: [
        "PRCertificates", "PRFederation", "PRInterchange", "PRMembership", "PRNode", "PRPackageIndex", "PRRevision",
        "PRServer", "PRStore", "PRStoreMemory", "PRStoreSQLite", "PRTLS", "PRTopology", "PRWire", "TestDisk",
        "TestSeed", "TestStore",
        .product(name: "Logging", package: "swift-log"),
        .product(name: "NIOCore", package: "swift-nio"),
        .product(name: "NIOEmbedded", package: "swift-nio"),
      ],
      path: "Tests/Fuzz/Targets"),
    .testTarget(name: "FuzzTests", dependencies: ["FuzzTargets", "TestThreads"]),
    .testTarget(name: "PRInterchangeTests", dependencies: ["PRInterchange", "PRRevision", "TestSeed"]),
    .testTarget(
      name: "PRNodeTests",
      dependencies: [
        "PRNode", "PRRevision", "PRStore", "PRStoreSQLite", "PRSync", "PRUpstream", "PRWire", "TestSeed", "TestStore",
        "TestThreads",
        .product(name: "Subprocess", package: "swift-subprocess"),
      ]),
    // The programs are dependencies so that they are built; what is tested is the processes.
    .testTarget(
      name: "EndToEndTests",
      dependencies: [
        "Histories", "PRWire", "TestPostgres", "TestProcesses", "TestSeed", "TestStore", "TestThreads", "headwater",
        "bitbake-prserv",
      ],
      resources: [.copy("Vectors")]),
  ]
)

/// The path of libFuzzer's archive: only then is there a fuzzer, and the product's code counts its branches for it. `.ci/fuzz`
/// sets it; see docs/fuzzing.md.
if let library = Context.environment["HEADWATER_FUZZER"] {
  for target in package.targets where target.name.hasPrefix("PR") && target.type == .regular {
    target.swiftSettings = [.unsafeFlags(["-Xfrontend", "-sanitize=fuzzer"])]
  }
  package.targets.append(
    .executableTarget(
      name: "FuzzDriver", dependencies: ["FuzzTargets"], path: "Tests/Fuzz/Driver",
      linkerSettings: [.unsafeFlags([library]), .linkedLibrary("stdc++"), .linkedLibrary("m")]))
}
