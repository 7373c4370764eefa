package git

import (
	"container/heap"
	"slices"
)

// sorted puts commits in an order in which parents come first, and of those
// that could come next the oldest by its committer's clock. It returns them
// with, for every object, its index among them, or none.
func sorted(commits []commit, objects uint32) ([]commit, []uint32) {
	// A start that does not depend on which worker read what.
	slices.SortFunc(commits, func(a, b commit) int { return int(int64(a.num) - int64(b.num)) })
	index := make([]uint32, objects)
	for i := range index {
		index[i] = none
	}
	for i, c := range commits {
		index[c.num] = uint32(i)
	}
	order := arrange(commits, index)
	out := make([]commit, len(commits))
	for to, from := range order {
		out[to] = commits[from]
		index[out[to].num] = uint32(to)
	}
	return out, index
}

// arrange returns the indexes of commits in order.
func arrange(commits []commit, index []uint32) []uint32 {
	waits := make([]uint32, len(commits)) // for how many parents
	first := make([]uint32, len(commits)+1)
	eachParent(commits, index, func(c, p uint32) { waits[c]++; first[p+1]++ })
	for i := range commits {
		first[i+1] += first[i]
	}
	children := make([]uint32, first[len(commits)])
	fill := slices.Clone(first)
	eachParent(commits, index, func(c, p uint32) { children[fill[p]] = c; fill[p]++ })

	ready := &queue{commits: commits}
	for i := range commits {
		if waits[i] == 0 {
			ready.list = append(ready.list, uint32(i))
		}
	}
	heap.Init(ready)
	order := make([]uint32, 0, len(commits))
	for ready.Len() > 0 {
		c := heap.Pop(ready).(uint32)
		order = append(order, c)
		for _, child := range children[first[c]:first[c+1]] {
			if waits[child]--; waits[child] == 0 {
				heap.Push(ready, child)
			}
		}
	}
	return append(order, circular(waits)...)
}

// circular returns the commits that still wait for a parent, each being its
// own ancestor. No honest hash allows that.
func circular(waits []uint32) (rest []uint32) {
	for i, n := range waits {
		if n > 0 {
			rest = append(rest, uint32(i))
		}
	}
	return rest
}

// eachParent calls yield for every pair of a commit and a parent that is there.
func eachParent(commits []commit, index []uint32, yield func(child, parent uint32)) {
	for i, c := range commits {
		for _, p := range c.parents {
			if p < uint32(len(index)) && index[p] != none {
				yield(uint32(i), index[p])
			}
		}
	}
}

// A queue is a heap of commits, the oldest first.
type queue struct {
	commits []commit
	list    []uint32
}

func (q *queue) Len() int { return len(q.list) }
func (q *queue) Less(i, j int) bool {
	a, b := &q.commits[q.list[i]], &q.commits[q.list[j]]
	if a.date != b.date {
		return a.date < b.date
	}
	return a.num < b.num
}
func (q *queue) Swap(i, j int) { q.list[i], q.list[j] = q.list[j], q.list[i] }
func (q *queue) Push(x any)    { q.list = append(q.list, x.(uint32)) }
func (q *queue) Pop() any {
	n := len(q.list) - 1
	x := q.list[n]
	q.list = q.list[:n]
	return x
}

// The ways in which a commit is reached, the most telling first.
const (
	byRef uint8 = iota
	byStash
	byNotes
	byReflog
	byNothing
)

// reachNotes are what a Life says of a commit that is only reached in one way.
var reachNotes = [...]string{
	byRef:     "",
	byStash:   "stash",
	byNotes:   "notes",
	byReflog:  "reflog only",
	byNothing: "unreachable commit",
}

// reach marks the ancestors of tips, themselves included, that are not marked
// yet.
func reach(commits []commit, index []uint32, rank []uint8, tips []uint32, mark uint8) {
	for len(tips) > 0 {
		c := tips[len(tips)-1]
		tips = tips[:len(tips)-1]
		if rank[c] <= mark {
			continue
		}
		rank[c] = mark
		for _, p := range commits[c].parents {
			if i := index[p]; i != none && rank[i] > mark {
				tips = append(tips, i)
			}
		}
	}
}
