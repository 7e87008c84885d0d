// SPDX-License-Identifier: Apache-2.0
import PRNode
import PRRevision
import PRStore
import PRSync
import PRUpstream

extension StatusReport.NodePart {
  /// The lane, and that it is a default.
  var laneWords: String? { lane.map { lacksLane ? "\($0), the default: none was given" : $0 } }
}

extension StatusReport.UpstreamPart {
  init(_ health: UpstreamHealth) {
    server = "\(health.server)"
    problem = health.problem
    // What it said of itself is known from the first connection on.
    state = health.problem != nil ? .away : health.description == nil ? .connecting : .connected
    sinceSeconds = health.since.map { (ContinuousClock.now - $0).components.seconds }
    asked = health.asked
    failed = health.failed
    program = health.description.map { $0.server ?? "BitBake's own server" }
    level = health.description?.level
    store = health.description?.store
  }
}

extension StatusReport.CopyPart {
  /// While no pull has reached the end of the feed: what an earlier process has copied is there, and answers.
  var unconfirmed: String { position == nil ? "not complete yet" : "not confirmed since the start" }

  init(_ health: SyncHealth) {
    upstream = health.upstream.map { "\($0)" }
    position = health.position?.serial
    digest = health.position.map { "\($0.digest)" }
    store = health.position?.store
    problem = health.problem
    lagSeconds = health.currentAt.map { (ContinuousClock.now - $0) / .seconds(1) }
    news = health.news
  }
}

extension StatusReport.RowPart {
  /// - Parameter chosen: where the value was chosen, if not here.
  init(_ entry: FeedEntry, chosen: RowOrigin?) {
    self.chosen = chosen.map(StatusReport.ChosenPart.init)
    serial = entry.story.serial
    version = entry.package.version
    pkgarch = entry.package.pkgarch
    checksum = entry.story.checksum
    value = entry.story.value
    origin = entry.story.provenance.origin.rawValue
    asker = entry.story.provenance.asker
    at = entry.story.provenance.milliseconds
  }
}

extension StatusReport.ChosenPart {
  init(_ origin: RowOrigin) {
    let minter = origin.minter
    (store, member, level, lane, rule) = (minter.store, minter.member, minter.level, minter.lane, minter.rule)
    (at, asker) = (origin.milliseconds, origin.asker)
  }

  var origin: RowOrigin {
    RowOrigin(
      RowOrigin.Minter(store: store, member: member, level: level, lane: lane, rule: rule), milliseconds: at,
      asker: asker)
  }
}

extension StatusReport.FloorPart {
  init(_ entry: FloorEntry) {
    serial = entry.serial
    version = entry.floor.package.version
    pkgarch = entry.floor.package.pkgarch
    value = entry.floor.value.text
    origin = entry.provenance.origin.rawValue
    source = entry.provenance.source
    setter = entry.provenance.setter
    at = entry.provenance.milliseconds
  }

  /// How many, and the last one.
  func words(now: Int64) -> String {
    "raised \(Formatting.count(serial)) times, last \(value) of \(version) \(pkgarch), \(Formatting.time(at, now: now))"
  }
}

extension StatusReport.MissPart {
  init(_ miss: DecisionLog.Miss) {
    version = miss.tuple.package.version
    pkgarch = miss.tuple.package.pkgarch
    checksum = miss.tuple.checksum
    asker = miss.asker
    at = miss.at
    times = miss.times
  }
}

extension StatusReport {
  /// The levels from the root to a node. Only the one right above is known by its address.
  static func path(level: Int, upstreams: [UpstreamPart]) -> [Place] {
    var path = (0..<level).map { above in
      Place(
        level: above, name: above == 0 ? "root" : above == level - 1 ? "upstream" : "in between", server: nil,
        isHere: false, isWell: nil)
    }
    let asked = upstreams.first { $0.state == .connected } ?? upstreams.first
    if let asked, level > 0 {
      path[level - 1].server = asked.server
      path[level - 1].isWell = asked.state == .connected
    }
    path.append(Place(level: level, name: "this node", server: nil, isHere: true, isWell: true))
    return path
  }
}
