// SPDX-License-Identifier: Apache-2.0
#if PostgreSQL
  import CPostgres
  import Foundation

  /// A transport over libpq, in its pipeline mode. libpq's own deadlines do not bound a COMMIT that waits for a standby.
  ///
  /// `@unchecked Sendable`: one thread at a time uses it, that of its connection.
  final class LibpqTransport: PostgresTransport, @unchecked Sendable {
    private let handle: OpaquePointer
    private let clock: @Sendable () -> ContinuousClock.Instant
    private var prepared: Set<String> = []
    private var pending: [Sent] = []
    private var replies: [PostgresReply] = []
    private var failure: PostgresFailure?
    private let notices: Notices

    /// What was sent and is not answered.
    private enum Sent {
      case prepare(name: String)
      case query
    }

    /// What the server said beside its replies.
    private final class Notices { var warnings: [String] = [] }

    /// Connects to one host.
    init(
      _ settings: [(key: String, value: String)], until deadline: ContinuousClock.Instant,
      _ clock: @escaping @Sendable () -> ContinuousClock.Instant
    ) throws(PostgresFailure) {
      let keys = settings.map { strdup($0.key) }
      let values = settings.map { strdup($0.value) }
      defer { for text in keys + values { free(text) } }
      let handle = (keys.map { UnsafePointer($0) } + [nil]).withUnsafeBufferPointer { keys in
        (values.map { UnsafePointer($0) } + [nil]).withUnsafeBufferPointer { values in
          PQconnectStartParams(keys.baseAddress, values.baseAddress, 0)
        }
      }
      guard let handle else { throw .lost("out of memory") }
      self.handle = handle
      self.clock = clock
      notices = Notices()
      PQsetNoticeReceiver(
        handle,
        { argument, result in
          guard let argument, let severity = headwater_pq_severity(result), String(cString: severity) == "WARNING"
          else {
            return
          }
          let message = headwater_pq_message(result).map { String(cString: $0) } ?? ""
          Unmanaged<Notices>.fromOpaque(argument).takeUnretainedValue().warnings.append(message)
        }, Unmanaged.passUnretained(notices).toOpaque())
      // The text of a refused connection then has the server's code, which libpq offers in no other way.
      PQsetErrorVerbosity(handle, PQERRORS_VERBOSE)
      try connect(until: deadline)
      PQsetErrorVerbosity(handle, PQERRORS_DEFAULT)
    }

    deinit { PQfinish(handle) }

    private var message: String {
      // libpq's texts have several lines and end with one.
      String(cString: PQerrorMessage(handle)).split { $0 == "\n" || $0 == "\t" }.joined(separator: " ")
    }

    private func connect(until deadline: ContinuousClock.Instant) throws(PostgresFailure) {
      var state = PGRES_POLLING_WRITING
      while PQstatus(handle) != CONNECTION_BAD {
        switch state {
        case PGRES_POLLING_READING: try wait(POLLIN, until: deadline)
        case PGRES_POLLING_WRITING: try wait(POLLOUT, until: deadline)
        case PGRES_POLLING_OK:
          guard PQsetnonblocking(handle, 1) == 0, PQenterPipelineMode(handle) == 1 else { throw .lost(message) }
          return
        default: throw PostgresFailure(connecting: message)
        }
        state = PQconnectPoll(handle)
      }
      throw PostgresFailure(connecting: message)
    }

    private func wait(_ events: CInt, until deadline: ContinuousClock.Instant) throws(PostgresFailure) {
      var entry = pollfd(fd: PQsocket(handle), events: Int16(clamping: events), revents: 0)
      guard entry.fd >= 0 else { throw .lost(message) }
      while true {
        let left = (deadline - clock()) / .milliseconds(1)
        let result = poll(&entry, 1, Int32(exactly: min(max(left.rounded(.up), 0), 60_000)) ?? 0)
        if result > 0 { return }
        if result == 0 && left <= 0 { throw .late }
        if result < 0 && errno != EINTR { throw .lost(String(cString: strerror(errno))) }
      }
    }

    // MARK: Statements

    func takeWarnings() -> [String] {
      defer { notices.warnings = [] }
      return notices.warnings
    }

    func add(_ statement: PostgresStatement, _ parameters: [PostgresParameter]) throws(PostgresFailure) {
      if prepared.insert(statement.name).inserted {
        let types = parameters.map(\.type)
        guard PQsendPrepare(handle, statement.name, statement.sql, Int32(clamping: types.count), types) == 1 else {
          throw .lost(message)
        }
        pending.append(.prepare(name: statement.name))
      }
      let encoded = parameters.map(\.encoded)
      let lengths = encoded.map { Int32(clamping: $0?.count ?? 0) }
      let formats = [Int32](repeating: 1, count: encoded.count)
      // One block of memory that all values lie in.
      var block: [UInt8] = []
      let places = encoded.map { value in
        defer { block += value ?? [] }
        return block.count
      }
      block.append(0)
      let isSent = block.withUnsafeBytes { block in
        let start = block.baseAddress?.assumingMemoryBound(to: CChar.self)
        let values = zip(encoded, places).map { value, place in value == nil ? nil : start.map { $0 + place } }
        return PQsendQueryPrepared(
          handle, statement.name, Int32(clamping: values.count), values, lengths, formats, 1)
      }
      guard isSent == 1 else { throw .lost(message) }
      pending.append(.query)
    }

    func flush(until deadline: ContinuousClock.Instant) throws(PostgresFailure) -> [PostgresReply] {
      guard PQpipelineSync(handle) == 1 else { throw .lost(message) }
      (replies, failure) = ([], nil)
      return try receive(until: deadline)
    }

    func receive(until deadline: ContinuousClock.Instant) throws(PostgresFailure) -> [PostgresReply] {
      while try step(until: deadline) {}
      defer { (replies, failure) = ([], nil) }
      if let failure { throw failure }
      return replies
    }

    /// - Returns: whether there is more to come.
    private func step(until deadline: ContinuousClock.Instant) throws(PostgresFailure) -> Bool {
      var isWriting = true
      while true {
        if isWriting {
          switch PQflush(handle) {
          case 0: isWriting = false
          case 1: break
          default: throw .lost(message)
          }
        }
        if PQisBusy(handle) == 0 { break }
        try wait(isWriting ? POLLIN | POLLOUT : POLLIN, until: deadline)
        guard PQconsumeInput(handle) == 1 else { throw .lost(message) }
      }
      guard let result = PQgetResult(handle) else {
        // The end of one statement's results.
        guard !pending.isEmpty else {
          if PQstatus(handle) == CONNECTION_BAD { throw .lost(message) }
          return true
        }
        pending.removeFirst()
        return true
      }
      let reply = PostgresReply(result)
      switch PQresultStatus(result) {
      case PGRES_PIPELINE_SYNC:
        pending = []
        return false
      case PGRES_TUPLES_OK, PGRES_COMMAND_OK, PGRES_SINGLE_TUPLE:
        if case .query? = pending.first { replies.append(reply) }
      case PGRES_PIPELINE_ABORTED: forgetPrepared()
      default:
        let state = headwater_pq_state(result).map { String(cString: $0) }
        let text = headwater_pq_message(result).map { String(cString: $0) } ?? message
        // An error of libpq itself has no code: the line is broken.
        if failure == nil { failure = state.map { .refused(state: $0, message: text) } ?? .lost(text) }
        forgetPrepared()
        if PQstatus(handle) == CONNECTION_BAD { throw failure ?? .lost(text) }
      }
      return true
    }

    private func forgetPrepared() {
      if case .prepare(let name)? = pending.first { prepared.remove(name) }
    }
  }

  extension PostgresDialer {
    /// Over libpq, with threads of the system.
    package static let libpq = PostgresDialer(
      connect: { settings, deadline, clock throws(PostgresFailure) in
        try LibpqTransport(settings, until: deadline, clock.now)
      },
      // No signal says that a server is back.
      pause: { Thread.sleep(forTimeInterval: $0 / .seconds(1)) })
  }
#endif
