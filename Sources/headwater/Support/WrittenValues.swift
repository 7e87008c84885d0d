// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import PRAssembly
import PRRevision
import PRTopology

/// For `transform:` — a value that cannot be read is refused with its form.
extension TimeSpan {
  @Sendable static func parse(_ text: String) throws -> TimeSpan { try read(text, ValueForm.time) }
}

extension SyncInterval {
  @Sendable static func parse(_ text: String) throws -> SyncInterval { try read(text, ValueForm.period) }
}

extension Lane {
  @Sendable static func parse(_ text: String) throws -> Lane { try read(text, ValueForm.lane) }
}

private func read<Value: ExpressibleByArgument>(_ text: String, _ form: String) throws -> Value {
  guard let value = Value(argument: text) else { throw ValidationError(form) }
  return value
}
