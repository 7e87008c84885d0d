// SPDX-License-Identifier: Apache-2.0

/// The tables of a federation's register. An engine makes them when the first register is stored, and knows no more of
/// them than this. The reasons stand in docs/decisions/0062-the-register-in-the-store.md.
package enum RegisterTable: String, Hashable, Sendable, CaseIterable {
  /// One row: the federation.
  case federation
  case member
  case lease
  /// A lane that was given once.
  case lane
  case invitation
  /// The least last number of a level.
  case level
  /// A store with a lane that was set by hand.
  case handmade
  /// At most one row: the change of the authority's key.
  case rekeying
  /// How far a member is with that change.
  case rekeyed
  /// What a machine of the authority has asked another one to sign.
  case pending

  /// What this version writes. A register with a greater number is not read.
  ///
  /// ``pending`` came later and without a number of its own: an earlier version leaves its rows alone, and no harm comes of that.
  package static let schema: Int64 = 2

  /// Schema 1 has not got it: it is made when the first row is stored, and has no row until then.
  package var isLater: Bool {
    switch self {
    case .federation, .member, .lease, .lane, .invitation, .level: false
    case .handmade, .rekeying, .rekeyed, .pending: true
    }
  }

  /// A column. Numbers that may need all of 64 bits without a sign are texts.
  package struct Column: Hashable, Sendable {
    package let name: String
    /// A number of 64 bits with a sign; else a text.
    package let isNumber: Bool
    package let isOptional: Bool
  }

  /// The first ``keys`` of them are the key.
  package var columns: [Column] {
    switch self {
    case .federation:
      [
        .text("name"), .number("schema"), .text("authority"), .number("lanes"), .text("addresses"),
        .number("version"), .number("notices"), .number("certificate_lifetime"), .number("restored_at", .null),
        .text("revocations", .null), .text("revocations_number", .null),
      ]
    case .member: Self.ofMember
    case .lease: [.text("member"), .text("store"), .number("level"), .text("lane", .null), .text("from_number")]
    case .lane: [.number("level"), .text("number"), .text("member"), .text("state")]
    case .invitation: Self.ofInvitation
    case .level: [.number("level"), .text("from_number")]
    case .handmade:
      [
        .text("store"), .number("level"), .text("lane"), .text("address"), .number("seen_at"), .number("forgotten"),
      ]
    case .rekeying:
      [
        .text("next"), .text("next_certificate"), .text("former"), .text("former_certificate"), .text("phase"),
        .number("since"), .text("list", .null), .text("list_number", .null),
      ]
    case .rekeyed: [.text("member"), .text("step")]
    case .pending:
      [
        .text("id"), .text("machine"), .text("request"), .number("at"), .text("answer", .null), .text("refusal", .null),
      ]
    }
  }

  private static let ofMember: [Column] = [
    .text("id"), .text("name"), .text("former_names"), .text("addresses"), .text("kind"), .text("parent", .null),
    .number("level"), .text("rights"), .text("state"), .text("certificates"),
    .text("store"), .text("nonce", .null), .text("nonce_store", .null),
    .text("nonce_phase", .null), .text("answered", .null), .text("answered_from", .null),
    .number("answered_at", .null), .text("stop", .null), .text("stop_from", .null), .number("stop_since", .null),
    .number("stop_at", .null), .text("invited_by", .null), .number("invited_at"), .number("joined_at"),
    .number("seen_at"),
  ]

  private static let ofInvitation: [Column] = [
    .text("id"), .text("secret_hash"), .text("name"), .text("kind"), .text("addresses"), .text("parent", .null),
    .text("rights"), .number("again"), .text("inviter", .null), .number("at"), .text("state"),
    .text("used_request", .null), .text("used_by", .null), .text("used_nonce", .null), .number("used_at", .null),
    .text("used_certificate", .null),
  ]

  /// How many columns make up the key.
  package var keys: Int { self == .lane ? 2 : 1 }

  /// As a list of SQL.
  package var columnNames: String { columns.map(\.name).joined(separator: ", ") }

  package var keyNames: [String] { columns.prefix(keys).map(\.name) }
}

extension RegisterTable.Column {
  fileprivate enum Null { case null }

  fileprivate static func text(_ name: String, _ null: Null? = nil) -> Self {
    Self(name: name, isNumber: false, isOptional: null != nil)
  }

  fileprivate static func number(_ name: String, _ null: Null? = nil) -> Self {
    Self(name: name, isNumber: true, isOptional: null != nil)
  }
}
