package main

import (
	"fmt"
	"hash/fnv"
	"math"
	"os"
	"path/filepath"
	"strings"

	"github.com/seed-5dd601fe/sprawl/detectors"
)

// learn fits the weights to the labelled candidates below dirs and prints the
// table, or, with held, only measures the weights there are.
func learn(set *detectors.Set, dirs []string, glob string, held bool) error {
	labels, err := readLabels(glob)
	if err != nil {
		return err
	}
	examples, err := match(set, dirs, labels)
	if err != nil {
		return err
	}
	measure(examples, labels, held)
	if held {
		return nil
	}
	more, err := made(set)
	if err != nil {
		return err
	}
	all, size := points(append(examples, more...)), len(detectors.Weighted())
	penalty, scores := bestPenalty(all, size)
	w := fitWeights(all, size, penalty)
	w[0] += shift(all, scores)
	printWeights(w)
	return nil
}

// match returns the candidates that labels speak of.
func match(set *detectors.Set, dirs []string, labels []*label) (examples []candidate, err error) {
	files := map[string]map[string][]*label{}
	for _, l := range labels {
		if files[l.repo] == nil {
			files[l.repo] = map[string][]*label{}
		}
		files[l.repo][l.path] = append(files[l.repo][l.path], l)
	}
	for _, dir := range dirs {
		repo := strings.Replace(filepath.Base(dir), "+", "/", 1)
		for _, path := range sortedKeys(files[repo]) {
			data, err := os.ReadFile(filepath.Join(dir, filepath.FromSlash(path)))
			if err != nil {
				continue // not in this checkout
			}
			inFile(set, data, path, func(c candidate) {
				c.repo = repo
				if l := labelOf(&c, files[repo][path]); l != nil {
					c.secret, c.kind, c.weight = l.secret, l.kind, math.Sqrt(l.weight)
					examples = append(examples, c)
				}
			})
		}
	}
	return examples, nil
}

// labelOf returns the label that overlaps with c, a secret before a not.
func labelOf(c *candidate, labels []*label) (best *label) {
	for _, l := range labels {
		switch {
		case l.lines:
			if best == nil && l.line <= c.line && c.line <= l.end {
				best = l
			}
		case l.line == c.line && l.column < c.end && c.column < l.end:
			l.met = true
			if best == nil || best.lines || l.secret {
				best = l
			}
		}
	}
	return best
}

// A point is an example as numbers: which features it has, and how much of each.
type point struct {
	features []int
	values   []float64
	weight   float64
	secret   bool
	fold     uint32
}

func points(examples []candidate) (all []point) {
	index := map[string]int{}
	for i, e := range detectors.Weighted() {
		index[e.Name] = i
	}
	for i := range examples {
		c := &examples[i]
		h := fnv.New32a()
		_, _ = h.Write([]byte(c.repo))
		p := point{weight: c.weight, secret: c.secret, fold: h.Sum32() % folds}
		for _, e := range c.evidence {
			p.features, p.values = append(p.features, index[e.Name]), append(p.values, float64(e.Value))
		}
		all = append(all, p)
	}
	return all
}

func (p *point) score(w []float64) (z float64) {
	for i, f := range p.features {
		z += p.values[i] * w[f]
	}
	return z
}

// folds is how many parts the repositories are cut into, each of which is
// judged by weights that were fitted to the others.
const folds = 6

// judged returns the score of each point by weights that were fitted to other
// repositories than its own.
func judged(all []point, size int, penalty float64) []float64 {
	scores := make([]float64, len(all))
	for fold := range uint32(folds) {
		var rest []point
		for _, p := range all {
			if p.fold != fold {
				rest = append(rest, p)
			}
		}
		w := fitWeights(rest, size, penalty)
		for i := range all {
			if all[i].fold == fold {
				scores[i] = all[i].score(w)
			}
		}
	}
	return scores
}

// bestPenalty returns the penalty under which repositories that were not fitted
// to lose least, and the scores under it.
func bestPenalty(all []point, size int) (best float64, scores []float64) {
	least := math.Inf(1)
	for _, penalty := range []float64{0.5, 1, 2, 4, 8, 16} {
		loss, z := 0.0, judged(all, size, penalty)
		for i, p := range all {
			s := z[i]
			if !p.secret {
				s = -s
			}
			loss += p.weight * math.Log1p(math.Exp(-s))
		}
		fmt.Fprintf(os.Stderr, "penalty %g: loss %.1f\n", penalty, loss)
		if loss < least {
			least, best, scores = loss, penalty, z
		}
	}
	return best, scores
}

// wanted is the precision that the default threshold is to have in repositories
// that were not fitted to.
const wanted = 0.9

// shift returns what is to be added to all scores so that of those beyond the
// default threshold the wanted part are secrets.
func shift(all []point, scores []float64) (best float64) {
	threshold := math.Log(0.4 / 0.6)
	for add := 0.5; add > -2; add -= 0.05 {
		var right, wrong, missed float64
		for i, p := range all {
			switch beyond := scores[i]+add >= threshold; {
			case p.weight < 1: // a plain word
			case beyond && p.secret:
				right++
			case beyond:
				wrong++
			case p.secret:
				missed++
			}
		}
		fmt.Fprintf(os.Stderr, "moved by %.2f: precision %.3f, recall of candidates %.3f across repositories\n", add, right/(right+wrong), right/(right+missed))
		if right >= wanted*(right+wrong) {
			return add
		}
	}
	return best
}

// fitWeights is logistic regression with a penalty on the squares of all
// weights but the first, by steps whose size each weight adapts (Adam). It is
// deterministic.
func fitWeights(examples []point, size int, penalty float64) []float64 {
	w, m, v := make([]float64, size), make([]float64, size), make([]float64, size)
	total := 0.0
	for i := range examples {
		total += examples[i].weight
	}
	const steps, rate = 2500, 0.03
	grad := make([]float64, size)
	for step := 1; step <= steps; step++ {
		clear(grad)
		for i := range examples {
			e := &examples[i]
			p := 1 / (1 + math.Exp(-e.score(w)))
			if e.secret {
				p--
			}
			for k, f := range e.features {
				grad[f] += e.weight * p * e.values[k]
			}
		}
		for k := range w {
			g := grad[k] / total
			if k > 0 {
				g += penalty * w[k] / total
			}
			m[k] = 0.9*m[k] + 0.1*g
			v[k] = 0.999*v[k] + 0.001*g*g
			mh, vh := m[k]/(1-math.Pow(0.9, float64(step))), v[k]/(1-math.Pow(0.999, float64(step)))
			w[k] -= rate * mh / (math.Sqrt(vh) + 1e-9)
		}
	}
	return w
}

func printWeights(w []float64) {
	fmt.Print("package detectors\n\n// weights are what the evidence counts, as learnt from labelled text. The\n" +
		"// program in internal/fit wrote this table; docs/accuracy.md says how.\nvar weights = [features]float32{\n")
	for i, e := range detectors.Weighted() {
		fmt.Printf("\t%.2f, // %s\n", w[i], e.Name)
	}
	fmt.Println("}")
}

// tell prints where the tier is wrong at the default threshold.
func tell(examples []candidate, labels []*label) {
	for _, l := range labels {
		if l.secret && !l.met {
			fmt.Printf("no candidate\t%s\t%s:%d:%d-%d\t%s\n", l.repo, l.path, l.line, l.column, l.end, l.kind)
		}
	}
	for _, c := range examples {
		if c.secret != (c.confidence >= 40) {
			fmt.Printf("%v at %d\t%s\t%s:%d\t%s\t%s\n", map[bool]string{true: "missed", false: "wrong"}[c.secret], c.confidence, c.repo, c.path, c.line, c.kind, c.text)
		}
	}
}

// measure prints precision and recall at some thresholds.
func measure(examples []candidate, labels []*label, held bool) {
	secrets, unmet := 0, map[string]int{}
	for _, l := range labels {
		if l.secret {
			secrets++
			if !l.met {
				unmet[l.kind]++
			}
		}
	}
	fmt.Fprintf(os.Stderr, "%d labels, %d secrets, %d candidates; secrets without candidate: %v\n", len(labels), secrets, len(examples), unmet)
	for _, threshold := range []int{10, 20, 30, 40, 50, 60, 70, 80} {
		var tp, fp int
		var wtp, wfp float64
		for _, c := range examples {
			if c.confidence < threshold {
				continue
			}
			w := c.weight * c.weight
			if c.secret {
				tp, wtp = tp+1, wtp+w
			} else {
				fp, wfp = fp+1, wfp+w
			}
		}
		fmt.Fprintf(os.Stderr, "at %d: precision %.3f (weighted %.3f), recall %.3f of all labels\n", threshold,
			float64(tp)/float64(tp+fp), wtp/(wtp+wfp), float64(tp)/float64(secrets))
	}
	if !held {
		return
	}
	tell(examples, labels)
}
