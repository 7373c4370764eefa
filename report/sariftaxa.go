package report

import (
	"slices"

	"github.com/owenrumney/go-sarif/v3/pkg/report/v210/sarif"
)

// taxonomies adds the catalogues of controls to the run, with the controls that
// results name (section 3.19.3 of SARIF 2.1.0).
func (s *sarifRun) taxonomies() {
	for i := range s.std.Frameworks {
		f := &s.std.Frameworks[i]
		named := s.taxa[f.ID]
		if len(named) == 0 {
			continue
		}
		slices.SortFunc(named, func(a, b string) int { return compareIDs(a, b) })
		t := sarif.NewToolComponent().WithName(f.Name).WithVersion(f.Version).WithInformationURI(f.URL).
			WithShortDescription(sarif.NewMultiformatMessageString().WithText(f.Name + " " + f.Version))
		for _, id := range named {
			t.AddTaxa(sarif.NewReportingDescriptor().WithID(id).
				WithShortDescription(sarif.NewMultiformatMessageString().WithText(f.Controls[id])))
		}
		s.run.AddTaxonomie(t)
	}
}

// references returns what a result says of the controls that speak of it, and
// remembers that they are named.
func (s *sarifRun) references(m mapping) (all []*sarif.ReportingDescriptorReference) {
	for i := range s.std.Frameworks {
		f := &s.std.Frameworks[i]
		for _, id := range m.ids(f.ID) {
			if !slices.Contains(s.taxa[f.ID], id) {
				s.taxa[f.ID] = append(s.taxa[f.ID], id)
			}
			all = append(all, sarif.NewReportingDescriptorReference().WithID(id).
				WithToolComponent(sarif.NewToolComponentReference().WithName(f.Name)))
		}
	}
	return all
}
