// Package verify asks issuers whether credentials still work.
//
// It sends a credential to its own issuer and nowhere else, asks only
// questions that change nothing, and asks about each credential once per run.
// It never guesses: whatever is not one of the answers that the issuer's entry
// declares is unknown, with the reason.
//
//   - [Load] reads the [[issuer]] tables of a rules file into [Issuers];
//   - [Issuers.NewClient] adds what the operator decides: hosts of his own,
//     limits, a proxy;
//   - [Client.Plan] says what would be asked, and sends nothing;
//   - [Client.Ask] asks.
//
// "Live" takes two answers: the issuer accepted the credential, with evidence
// in the body, and the same endpoint refused a made-up credential of the same
// shape.
package verify
