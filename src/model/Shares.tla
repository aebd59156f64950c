------------------------------- MODULE Shares -------------------------------
(***************************************************************************)
(* How nodes share in what is left: grants, used-up shares, lost replies,   *)
(* frozen nodes and tickets that come back.  It says that no share can sell *)
(* a ticket twice, and that all is sold while somebody asks.                *)
(*                                                                         *)
(* A share is a permission to ask the ledger, which alone decides.  What    *)
(* comes back is on sale at once here, and there is no gate: module Seckill *)
(* has both.  A node is frozen or dead for as long as it likes; others see  *)
(* only that its lease has ended, perhaps wrongly.                          *)
(***************************************************************************)
EXTENDS Naturals, FiniteSets

CONSTANTS
  \* --- what is there
  Nodes, Light,        \* the light node has weight 1, each other one 9
  Asked,               \* the nodes that buyers ask, again and again
  Capacity,
  \* --- what may happen
  Returns,             \* how many tickets come back
  Faults,              \* how often a call is lost or a node freezes
  Others,              \* how often a buyer is refused for another reason than "nothing left"
  \* --- rules
  GrantsFromRemaining, \* a grant is computed from what remains, not from what others do not hold
  GrantsAtLeastOne,    \* while any remains
  GoesAllTheSame,      \* whom the share gives nothing still goes to the ledger
  UsedUpAsks,          \* a used-up share asks for more
  AskingEnds,          \* the one call for all who wait has a deadline
  GivesBack,           \* what was refused goes back to the share
  DeadShareForgotten   \* and not added to what remains

VARIABLES
  remaining, sold,
  granted,             \* in the ledger: each node's last grant
  leased,              \* in the ledger: the nodes whose lease has not ended
  share,               \* in each node: what it may still ask for
  asking,              \* the nodes with a call under way
  grants,              \* replies on their way
  frozen,
  returns, faults, others

ledger == <<remaining, sold>>
bounds == <<returns, faults, others>>
vars == <<ledger, granted, leased, share, asking, grants, frozen, bounds>>

Weight(n) == IF n = Light THEN 1 ELSE 9
Max(a, b) == IF a > b THEN a ELSE b
Min(a, b) == IF a < b THEN a ELSE b
Less(a, b) == IF a > b THEN a - b ELSE 0

RECURSIVE Sum(_, _)
Sum(f, S) == IF S = {} THEN 0 ELSE LET x == CHOOSE x \in S : TRUE IN f[x] + Sum(f, S \ {x})

Init ==
  /\ remaining = Capacity /\ sold = 0
  /\ granted = [n \in Nodes |-> 0] /\ leased = {}
  /\ share = [n \in Nodes |-> 0] /\ asking = {} /\ grants = {} /\ frozen = {}
  /\ returns = 0 /\ faults = 0 /\ others = 0

Works(n) == n \notin frozen

-----------------------------------------------------------------------------
\* The ledger decides, and its reply caps the share.
Sell(n, left) ==
  IF remaining > 0
  THEN /\ remaining' = remaining - 1 /\ sold' = sold + 1
       /\ share' = [share EXCEPT ![n] = Min(left, remaining')]
  ELSE /\ share' = [share EXCEPT ![n] = 0]
       /\ UNCHANGED ledger

\* A buyer finds a ticket in the share.
Deduct(n) ==
  /\ Works(n) /\ share[n] > 0
  /\ Sell(n, share[n] - 1)
  /\ UNCHANGED <<granted, leased, asking, grants, frozen, bounds>>

\* The limit per buyer, a pause, an unknown outcome.
RefusedOtherwise(n) ==
  /\ Works(n) /\ share[n] > 0 /\ others < Others /\ others' = others + 1
  /\ share' = IF GivesBack THEN share ELSE [share EXCEPT ![n] = @ - 1]
  /\ UNCHANGED <<ledger, granted, leased, asking, grants, frozen, returns, faults>>

\* With a buffer of half on top.
Grant(n) ==
  LET alive == leased \cup {n}
      held == Sum(granted, leased \ {n})
      from == IF GrantsFromRemaining THEN remaining ELSE Less(remaining, held)
      tickets == (from * Weight(n) * 3) \div (Sum([m \in Nodes |-> Weight(m)], alive) * 2)
  IN Min(from, IF GrantsAtLeastOne THEN Max(tickets, 1) ELSE tickets)

\* A buyer finds the share used up: one call for all who wait.
AskForMore(n) ==
  /\ Works(n) /\ share[n] = 0 /\ n \notin asking
  /\ UsedUpAsks \/ n \notin leased
  /\ asking' = asking \cup {n}
  /\ \/ /\ grants' = grants \cup {[node |-> n, tickets |-> Grant(n), remaining |-> remaining]}
        /\ granted' = [granted EXCEPT ![n] = Grant(n)]
        /\ leased' = leased \cup {n}
        /\ UNCHANGED faults
     \/ /\ faults < Faults /\ faults' = faults + 1
        /\ UNCHANGED <<grants, granted, leased>>
  /\ UNCHANGED <<ledger, share, frozen, returns, others>>

\* The grant replaces the share.  Whoever waited takes from it, or goes to the ledger all the same.
Granted(n) == \E grant \in {g \in grants : g.node = n} :
  LET left == Min(grant.tickets, grant.remaining)
  IN /\ Works(n)
     /\ grants' = grants \ {grant}
     /\ asking' = asking \ {n}
     /\ IF left = 0 /\ GoesAllTheSame
        THEN Sell(n, 0)
        ELSE share' = [share EXCEPT ![n] = left] /\ UNCHANGED ledger
     /\ UNCHANGED <<granted, leased, frozen, bounds>>

\* The call's deadline passes: those who wait hear BUSY, the next one asks again.
StopAsking(n) ==
  /\ AskingEnds /\ Works(n) /\ n \in asking /\ \A grant \in grants : grant.node # n
  /\ asking' = asking \ {n}
  /\ UNCHANGED <<ledger, granted, leased, share, grants, frozen, bounds>>

-----------------------------------------------------------------------------
Return ==
  /\ returns < Returns /\ sold > 0
  /\ returns' = returns + 1 /\ sold' = sold - 1 /\ remaining' = remaining + 1
  /\ UNCHANGED <<granted, leased, share, asking, grants, frozen, faults, others>>

Freeze(n) ==
  /\ Works(n) /\ faults < Faults /\ faults' = faults + 1
  /\ frozen' = frozen \cup {n}
  /\ UNCHANGED <<ledger, granted, leased, share, asking, grants, returns, others>>

Thaw(n) ==
  /\ ~Works(n)
  /\ frozen' = frozen \ {n}
  /\ UNCHANGED <<ledger, granted, leased, share, asking, grants, bounds>>

\* Its lease ends, or it leaves; it may still be alive and asked.
Forget(n) ==
  /\ n \in leased
  /\ leased' = leased \ {n}
  /\ remaining' = IF DeadShareForgotten THEN remaining ELSE remaining + granted[n]
  /\ granted' = [granted EXCEPT ![n] = 0]
  /\ UNCHANGED <<sold, share, asking, grants, frozen, bounds>>

-----------------------------------------------------------------------------
Next ==
  \/ \E n \in Nodes : Deduct(n) \/ RefusedOtherwise(n) \/ AskForMore(n) \/ Granted(n) \/ StopAsking(n)
                      \/ Freeze(n) \/ Thaw(n) \/ Forget(n)
  \/ Return

\* Buyers keep asking the nodes that are asked, and a reply that is on its way arrives.
Fair(n) ==
  /\ WF_vars(Deduct(n)) /\ WF_vars(AskForMore(n)) /\ WF_vars(Granted(n)) /\ WF_vars(StopAsking(n))

Spec == Init /\ [][Next]_vars /\ \A n \in Asked : Fair(n)

-----------------------------------------------------------------------------
TicketsAddUp == remaining + sold = Capacity

\* If but one of the nodes that are asked works from some time on.
AllIsSold == <>[](remaining = 0) \/ \A n \in Asked : []<>~Works(n)
=============================================================================
