// Package verifytest is the fake issuer, and the contract that every issuer's
// entry is held to. Nothing in it leaves the machine.
package verifytest
