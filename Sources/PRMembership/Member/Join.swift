// SPDX-License-Identifier: Apache-2.0
import Foundation
import PRCertificates
import PRClient
import PRFederation
import PRNode
import PRRevision
import PRStore
import PRTLS
import PRWire

/// A store joins a federation. It may be run again with the same token for an hour, if the line was cut.
package struct Join: Sendable {
  let store: Store
  let keys: KeyFolder
  let environment: MembershipEnvironment
  let clock: @Sendable () -> Int64

  /// - Parameter clock: the time in seconds since 1970.
  package init(
    _ store: Store, keys: KeyFolder, in environment: MembershipEnvironment = .system,
    clock: @escaping @Sendable () -> Int64 = { Int64(clamping: Date().timeIntervalSince1970) }
  ) {
    self.store = store
    self.keys = keys
    self.environment = environment
    self.clock = clock
  }

  /// The greatest last numbers that the store has minted by hand, by their level.
  package func ownNumbers() async throws(StoreError) -> [Int: UInt64] { try await store.greatestLastNumbers() }

  package struct Joined: Sendable {
    package let membership: Membership
    /// Where members below reach the store.
    package let addresses: [MemberAddress]
  }

  /// - Parameter confirm: is called before anything is kept, with the values that the store has for other contents than its
  ///   upstream, if it has any; by what it throws the store does not join. Nil: they are not looked for.
  package func run(
    at address: MemberAddress, with token: EnrollmentToken,
    confirm: ((RivalRows, MemberName) async throws -> Void)? = nil
  ) async throws -> Joined {
    guard try await store.read({ reader throws(StoreError) in try reader.register() }) == nil else {
      throw FederationRefusal("the database is that of a federation's authority: join with another one")
    }
    guard let identity = store.identity else { throw FederationRefusal(RegisterRefusal.badStore.description) }
    let before = try await store.membership()
    try keys.make()
    let isRepeated = keys.exists(keys.joiningFile(token.id.description))
    let (key, request) = try joining(token)
    let (authority, authorities) = try await authorities(at: address, of: token)
    let fields = try await fields(token, request, identity, before, in: authority.federation)
    let answer = try await enroll(
      fields, by: token, at: address, trusting: authorities, isRepeated: isRepeated, before: before)
    let place = Place(
      issued: try Issued(answer, key, authority, at: clock()), membership: try Membership(answer, store: identity))
    // What a member has minted, no other has.
    if let confirm, before == nil || !isOf(token.authority), try await !ownNumbers().isEmpty {
      let rivals = try await rivals(of: place, at: address, files: joiningFile(token, key, request, place))
      if rivals.count > 0 { try await confirm(rivals, place.membership.name) }
    }
    let membership = try await keep(place, key)
    keys.remove(keys.joiningFile(token.id.description))
    return Joined(membership: membership, addresses: answer.addresses.compactMap { MemberAddress($0) })
  }

  /// The key and the request of this join: those of an earlier try, if there was one.
  func joining(_ token: EnrollmentToken) throws -> (PrivateKey, SigningRequest) {
    let file = keys.joiningFile(token.id.description)
    if keys.exists(file) {
      let bundle = PEMBundle(try keys.read(file))
      return (
        try PrivateKey(reading: bundle.first(.privateKey)), try SigningRequest(reading: bundle.first(.request))
      )
    }
    let key = try PrivateKey()
    let request = try SigningRequest(for: key)
    try keys.write(try key.pem() + request.pem(), to: file, mode: 0o600)
    return (key, request)
  }

  /// The authority's certificate, which the server at the address shows: the token has the hash of its key. While the federation
  /// changes that key, the certificate of the one before or after it as well.
  func authorities(
    at address: MemberAddress, of token: EnrollmentToken
  ) async throws -> (named: AuthorityCertificate, all: [AuthorityCertificate]) {
    let endpoint = Endpoint.tls(host: address.host, port: Int(clamping: address.port))
    let chain = try await environment.reach.chain(shownAt: endpoint, within: Self.patience)
    do throws(PinnedAuthorityError) {
      let named = try AuthorityCertificate(withKey: token.authority, in: chain)
      return (named, named.kin(among: chain.compactMap { try? AuthorityCertificate(reading: $0) }))
    } catch {
      throw FederationRefusal("\(address): \(error)")
    }
  }

  private static let patience = Duration.seconds(30)

  private func fields(
    _ token: EnrollmentToken, _ request: SigningRequest, _ identity: String, _ before: Membership?,
    in federation: FederationName
  ) async throws -> EnrollFields {
    // The authority may have another key than it had. Then its nonce alone shows that this is the federation of before.
    let place = before?.federation == federation ? before : nil
    // What a member has minted, it has minted in a lane of its own; in another federation that is no lane of this one.
    let greatest = place != nil && isOf(token.authority) ? [:] : try await ownNumbers()
    let fields = EnrollFields(
      id: token.id.description, proof: "", request: try request.pem(), store: identity,
      nonce: place?.nonce.presented.description, greatest: greatest)
    guard let proven = fields.proven(by: token, request) else {
      throw FederationRefusal("OpenSSL cannot make the proof of the token")
    }
    return proven
  }

  /// The store has keys of the same authority.
  private func isOf(_ authority: SecureDigest) -> Bool {
    let known = (try? keys.authorities()) ?? []
    return known.contains { SecureDigest(bytes: $0.publicKey.sha256) == authority }
  }

  /// Sends the request of a join.
  ///
  /// - Parameters:
  ///   - isRepeated: whether an earlier run has sent one with this token. It may have been accepted: then a store that has numbered
  ///     since asks for something else.
  ///   - before: the place that the store has, where it joins again.
  func enroll(
    _ fields: EnrollFields, by token: EnrollmentToken, at address: MemberAddress,
    trusting authorities: [AuthorityCertificate], isRepeated: Bool = false, before: Membership? = nil
  ) async throws -> EnrollAnswer {
    do {
      return try await ask(fields, at: address, trusting: authorities)
    } catch let refusal as FederationRefusal where refusal.isAnswer {
      // It was answered: to go on later makes no sense.
      keys.remove(keys.joiningFile(token.id.description))
      if let before {
        throw FederationRefusal(
          "\(refusal). This database is the member \(before.name) of \(before.federation) already: 'headwater serve' starts it"
        )
      }
      guard isRepeated else { throw refusal }
      throw FederationRefusal(
        "\(refusal). A join with it was begun here before. Where that was an hour ago, or the database has numbered since, stop its "
          + "server, have the authority 'headwater invite NAME --again', and join with the new line")
    }
  }

  private func ask(
    _ fields: EnrollFields, at address: MemberAddress, trusting authorities: [AuthorityCertificate]
  ) async throws -> EnrollAnswer {
    let dialer = Dialer(
      .tls(host: address.host, port: Int(clamping: address.port)), timeout: Self.patience,
      limits: WireLimits(message: 2 << 20), asksForDescription: true)
    let connection = try await environment.reach.connections(trusting: authorities, showing: nil)(dialer)
    do {
      guard connection.description.features.contains(.federation) else {
        throw FederationRefusal("\(address) is not part of a federation; check the address")
      }
      let answer: EnrollAnswer = try await connection.ask(fields.request(.enroll), within: Self.patience)
      await connection.close()
      return answer
    } catch {
      await connection.close()
      throw error
    }
  }

  /// What the authority has signed, after a check of it.
  struct Issued {
    let certificate: MemberCertificate
    /// The one that the token names, and the next one where the authority changes its key.
    let authorities: [AuthorityCertificate]
    let lists: [RevocationList]

    init(_ answer: EnrollAnswer, _ key: PrivateKey, _ authority: AuthorityCertificate, at now: Int64) throws {
      certificate = try MemberCertificate(reading: Array(answer.certificate.utf8))
      guard certificate.publicKey == key.publicKey else {
        throw FederationRefusal("the answer has the certificate of another key; join again with the same line")
      }
      let named = try (answer.authorities ?? []).prefix(4).map { try AuthorityCertificate(reading: Array($0.utf8)) }
      authorities = authority.kin(among: named)
      let trust = CertificateAuthority.Trust(authority, authorities.dropFirst().first)
      lists = try [answer.revocations, answer.otherRevocations].compactMap(\.self).map {
        try RevocationList(reading: Array($0.utf8), of: trust)
      }
      let verdict = try trust.verdict(of: certificate, lists: lists, at: now)
      if case .refused(let reason) = verdict { throw FederationRefusal("the certificate cannot be used: \(reason)") }
    }

    func write(_ key: PrivateKey, to keys: KeyFolder) throws {
      try keys.write(trust: authorities, lists)
      try keys.write(key, certificate, of: authorities)
    }
  }

  /// What the authority has given.
  private struct Place {
    let issued: Issued
    let membership: Membership
  }

  private func keep(_ place: Place, _ key: PrivateKey) async throws -> Membership {
    let membership = try await store.write { context throws(StoreError) in
      let held = try context.reader.note(.membership).flatMap { Membership(text: $0) }
      let membership = place.membership.besides(held)
      try context.keep(.membership, membership.text)
      return membership
    }
    try place.issued.write(key, to: keys)
    return membership
  }

  // MARK: Rows of its own

  /// The file of this join, with the certificate: what the node shows before it has joined.
  private func joiningFile(
    _ token: EnrollmentToken, _ key: PrivateKey, _ request: SigningRequest, _ place: Place
  ) throws -> TLSFiles {
    let file = keys.joiningFile(token.id.description)
    try keys.write(try key.pem() + request.pem() + place.issued.certificate.pem(), to: file, mode: 0o600)
    return TLSFiles(certificate: file)
  }

  /// Reads all rows of the upstream, and keeps those of which the store has the value for another content.
  private func rivals(of place: Place, at address: MemberAddress, files: TLSFiles) async throws -> RivalRows {
    var dialer = Dialer(
      .tls(host: address.host, port: Int(clamping: address.port)), timeout: Self.patience,
      limits: WireLimits(message: 1 << 30))
    dialer.acceptedMembers = [
      MemberURI(federation: place.membership.federation, member: place.membership.upstream.name)
    ]
    let connection = try await environment.reach.connections(trusting: place.issued.authorities, showing: files)(dialer)
    do {
      var found = RivalRows()
      let stream = connection.rows(ExportQuery(RowFilter(history: .kept)))
      while let rows = try await stream.next() {
        for rival in try await store.rivals(of: rows) { found.add(rival) }
      }
      await connection.close()
      return found
    } catch {
      await connection.close()
      throw error
    }
  }
}

extension Membership {
  /// What is to be stored where the database holds another place by now: a server that runs meanwhile may have been given the nonce of
  /// the join, or a later one, with a report. Its own number for that nonce stays, for another one would look like a second store.
  func besides(_ held: Membership?) -> Membership {
    guard let held, held.id == id, held.lease.store == lease.store else { return self }
    let (theirs, ours) = (held.nonce.presented.given, nonce.presented.given)
    guard (theirs.generation, theirs.number) >= (ours.generation, ours.number) else { return self }
    var place = self
    (place.nonce, place.lease) = (held.nonce, held.lease)
    return place
  }

  fileprivate init(_ answer: EnrollAnswer, store: String) throws {
    guard let id = MemberID(text: answer.id), let kind = Member.Kind(rawValue: answer.kind),
      let nonce = answer.nonce.flatMap({ Nonce($0) })
    else { throw FederationRefusal("the answer of the authority cannot be read; is it of this version?") }
    let fields = LeaseFields(level: answer.level, lane: answer.lane, from: answer.from)
    guard let lease = fields.lease(of: id, store: store), (kind == .site) == (lease.lane != nil) else {
      throw FederationRefusal("the answer of the authority has no lane that can be used")
    }
    self.init(
      federation: try FederationName(answer.federation), name: try MemberName(answer.name), id: id, kind: kind,
      lease: lease,
      nonce: HeldNonce(given: nonce, own: UInt64.random(in: 0...(.max))),
      upstream: Upstream(
        name: try MemberName(answer.upstream.name),
        addresses: answer.upstream.addresses.compactMap { MemberAddress($0) }),
      authority: answer.authorityAddresses.compactMap { MemberAddress($0) })
  }
}
