//go:build !unix

package git

import "time"

// cpuTime is not known here.
func cpuTime() time.Duration { return 0 }
