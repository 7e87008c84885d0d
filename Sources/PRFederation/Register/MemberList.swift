// SPDX-License-Identifier: Apache-2.0

/// The members of a register, as an array of them: a copy shares each member that was not changed since. A report changes
/// one member of hundreds, and finding that out costs no comparison of the others.
package struct MemberList: Hashable, Sendable, RandomAccessCollection, MutableCollection {
  private final class Place: Sendable {
    let member: Member

    init(_ member: Member) { self.member = member }

    var isActiveMachine: Bool { member.kind == .machine && member.isActive }
  }

  private var places: [Place]

  package init(_ members: some Sequence<Member>) { places = members.map(Place.init) }

  package var startIndex: Int { places.startIndex }
  package var endIndex: Int { places.endIndex }

  package subscript(index: Int) -> Member {
    _read { yield places[index].member }
    set { places[index] = Place(newValue) }
  }

  mutating func append(_ member: Member) { places.append(Place(member)) }

  func firstIndex(of id: MemberID) -> Int? { places.firstIndex { $0.member.id == id } }

  func firstIndex(named name: MemberName) -> Int? { places.firstIndex { $0.member.name == name } }

  /// The machines of the authority that were invited and have joined: few or none, looked for with each report.
  var activeMachines: [Member] { places.lazy.filter(\.isActiveMachine).map(\.member) }

  var hasActiveMachine: Bool { places.contains(where: \.isActiveMachine) }

  /// Where a member differs from the one in its place in another list.
  ///
  /// - Returns: nil where the lists do not have the same members in the same places.
  package func changes(since old: MemberList) -> [Int]? {
    guard places.count == old.places.count else { return nil }
    var changed: [Int] = []
    for (index, (place, before)) in zip(places, old.places).enumerated() where place !== before {
      guard place.member.id == before.member.id else { return nil }
      if place.member != before.member { changed.append(index) }
    }
    return changed
  }

  package static func == (one: MemberList, other: MemberList) -> Bool { one.changes(since: other)?.isEmpty ?? false }

  package func hash(into hasher: inout Hasher) {
    hasher.combine(places.count)
    for place in places { hasher.combine(place.member) }
  }
}
