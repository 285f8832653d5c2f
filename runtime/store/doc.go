// Package store keeps the results of primitives in a folder, under the digest of
// all they depend on.
//
//  1. [Open] names the folder and its bound.
//  2. [Store.Claim] waits while another run computes the same result.
//  3. [Store.Recall] completes the primitive's key with the version of its code,
//     of what it imports, of Go and of the processor's architecture, and reads
//     the entry of that name. An entry that is not whole is removed and missed.
//  4. A miss is explained: by the parts of the key that differ from the nearest
//     kept result of the same primitive, with their values there and here.
//  5. [Store.Keep] writes a new entry aside and renames it into place, then
//     removes the entries that were not asked for longest when the folder has
//     grown beyond its bound.
package store
