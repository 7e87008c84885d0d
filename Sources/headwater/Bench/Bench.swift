// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import Foundation
import NIOCore
import NIOPosix
import PRAssembly
import PRClient
import PRRevision
import PRTLS
import PRWire

struct Bench: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Measure a server, BitBake's or ours, in a closed loop.",
    discussion: """
      Every connection keeps a number of requests in flight: for each reply a new one is sent. The rows of a run stay in \
      the server's database. There is no default server: use one whose database can be thrown away.
      """)

  @Argument(help: "known, new (a checksum in a known package), new-package or mixed; test, export, changes or import.")
  var workload = BenchWorkload.known

  @OptionGroup var connection: ServerOption

  @Option(help: "Connections.")
  var connections = 16

  @Option(help: "Requests that each connection keeps in flight.")
  var inFlight = 1

  @Option(help: "How long to measure. Default: 5s.", transform: TimeSpan.parse)
  var duration = TimeSpan(seconds: 5)

  @Option(help: "How long to run before counting starts. Default: 1s.", transform: TimeSpan.parse)
  var warmUp = TimeSpan(seconds: 1)

  @Option(help: "How many packages are created before.")
  var packages = 100

  @Option(help: "How many checksums each of them has before.")
  var depth = 1

  @Flag(help: "Print JSON.") var json = false

  func validate() throws {
    guard connection.givenServer != nil else {
      throw ValidationError("give --server: the rows of a run stay in its database")
    }
    for (name, count) in [
      ("connections", connections), ("in-flight", inFlight), ("packages", packages), ("depth", depth),
    ] where count < 1 { throw ValidationError("--\(name) is at least 1") }
  }

  func run() async throws {
    let requests = BenchRequests(workload, packages: packages, run: UInt64.random(in: 1...UInt64.max))
    if workload != .newPackage { try await prepare(requests) }
    let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
    let report = try await measure(requests, on: group)
    try await group.shutdownGracefully()
    print(json ? report.json : report.text)
  }

  /// Puts the packages in place: their first checksums by `import-one`, the last, known one, by asking for it.
  private func prepare(_ requests: BenchRequests) async throws {
    let server = try await connection.open()
    for package in 0..<packages {
      let known = requests.knownTuple(package)
      for batch in stride(from: 0, to: depth - 1, by: 64) {
        try await withThrowingTaskGroup(of: Void.self) { group in
          for index in batch..<min(batch + 64, depth - 1) {
            let tuple = TupleKey(package: known.package, checksum: "\(known.checksum)-\(index)")
            group.addTask { _ = try await server.ask(.importOne(tuple, ImportedValue(text: "\(index)"))) }
          }
          try await group.waitForAll()
        }
      }
      _ = try await server.ask(.getPR(known, .none))
    }
    await server.close()
  }

  private func measure(_ requests: BenchRequests, on group: MultiThreadedEventLoopGroup) async throws -> BenchReport {
    let loop = group.next()
    let recorder = try await loop.submit { NIOLoopBound(BenchRecorder(), eventLoop: loop) }.get()
    let (workload, packages, connections, inFlight) = (workload, packages, connections, inFlight)
    let writer = try await loop.submit { NIOLoopBound(BenchWriter(requests, workload, packages), eventLoop: loop) }
      .get()
    for _ in 0..<connections { try await connect(recorder, writer, on: loop) }
    try await loop.scheduleTask(in: TimeAmount(warmUp.duration)) { recorder.value.isCounting = true }.futureResult.get()
    let begin = ContinuousClock.now
    try await loop.scheduleTask(in: TimeAmount(duration.duration)) {
      recorder.value.isCounting = false
      recorder.value.isRunning = false
    }.futureResult.get()
    let seconds = (ContinuousClock.now - begin) / .seconds(1)
    return try await loop.submit {
      if let problem = recorder.value.problem {
        throw UserFacingError("the server did not answer with a value: \(problem)")
      }
      return BenchReport(
        workload: workload, connections: connections, inFlight: inFlight, seconds: seconds, recorder: recorder.value)
    }.get()
  }

  private func connect(
    _ recorder: NIOLoopBound<BenchRecorder>, _ writer: NIOLoopBound<BenchWriter>, on loop: any EventLoop
  ) async throws {
    let (inFlight, workload) = (inFlight, workload)
    let tls = try connection.tlsAccess
    let bootstrap = ClientBootstrap(group: loop).channelInitializer { channel in
      channel.eventLoop.makeCompletedFuture {
        let writer = writer.value
        if let tls {
          try channel.pipeline.syncOperations.addHandler(TLSHandler.client(tls.context, expecting: tls.name))
        }
        try channel.pipeline.syncOperations.addHandler(
          BenchHandler(recorder: recorder.value, inFlight: inFlight, workload: workload) { writer.write(to: &$0) })
      }
    }
    switch connection.server {
    case .tcp(let host, let port), .tls(let host, let port):
      _ = try await bootstrap.channelOption(.tcpOption(.tcp_nodelay), value: 1).connect(host: host, port: port).get()
    case .unix(let path): _ = try await bootstrap.connect(unixDomainSocketPath: path).get()
    }
  }
}

/// Makes the requests of all connections.
private final class BenchWriter {
  private var requests: BenchRequests
  /// Known tuples are written once, so that the client is not what is measured.
  private var ring: BenchRing?

  init(_ requests: BenchRequests, _ workload: BenchWorkload, _ packages: Int) {
    self.requests = requests
    guard workload == .known else { return }
    ring = BenchRing(
      (0..<packages).map { _ in
        var line = ByteBuffer()
        self.requests.write(to: &line)
        return line
      })
  }

  func write(to out: inout ByteBuffer) {
    if ring == nil { requests.write(to: &out) } else { ring?.write(to: &out) }
  }
}
