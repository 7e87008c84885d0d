// SPDX-License-Identifier: Apache-2.0
import PRFederation
import PRRevision

extension WriteContext {
  /// Reads the register, has it changed, and writes the rows that differ, all in the present transaction.
  ///
  /// - Parameters:
  ///   - known: a register that was read or changed before. It saves reading the members, unless there is a later one.
  ///   - change: changes the register, or refuses and changes nothing.
  /// - Returns: what `change` returned, or why it refused; nil where the store has no federation.
  package func changeRegister<Value>(
    known: Register? = nil, _ change: (inout Register) throws(RegisterRefusal) -> Value
  ) throws(StoreError) -> Result<Value, RegisterRefusal>? {
    guard let before = try present(known) else { return nil }
    var register = before
    let outcome: Result<Value, RegisterRefusal>
    do throws(RegisterRefusal) {
      outcome = .success(try change(&register))
    } catch {
      return .failure(error)
    }
    guard register != before else { return outcome }
    register.version = before.version.addingClamped(1)
    try store(register, replacing: before)
    return outcome
  }

  private func present(_ known: Register?) throws(StoreError) -> Register? {
    if let known, let row = try reader.federation(), row.federation == known.federation, row.version == known.version {
      return known
    }
    return try reader.register()
  }
}
