package sources

// A Kind is a kind of place that can be read.
type Kind struct {
	Schemes []string // of targets
	Example string   // a target
	Reads   string   // what is read there
	Needs   string   // the least that is needed to read it
	Blind   string   // what can't be seen there; "" where nothing is known
	open    open
}

// Kinds returns every kind of place. A new source is one directory and one
// entry here.
func Kinds() []Kind {
	return []Kind{
		{
			Schemes: []string{"consul"}, Example: "consul://config/payments?dc=eu-1",
			Reads: "the keys of Consul's key-value store, or those below a prefix",
			Needs: "CONSUL_HTTP_ADDR, CONSUL_HTTP_TOKEN with read and list for the prefix, CONSUL_NAMESPACE for one",
			Blind: "keys that the token may not read, of which Consul says nothing; earlier values",
			open:  openConsul,
		}, {
			Schemes: []string{"dir"}, Example: "dir:/etc",
			Reads: "files, and what is in archives among them",
			Needs: "permission to read the files",
			Blind: "where links lead that point out of the directory",
			open:  openDir,
		}, {
			Schemes: []string{"env"}, Example: "env:",
			Reads: "the variables of the running job or shell",
			Needs: "nothing",
			Blind: "variables of other jobs and of files that a shell would read",
			open:  openEnv,
		}, {
			Schemes: []string{"etcd"}, Example: "etcd://config/payments",
			Reads: "the keys of etcd, version 3, or those that begin alike, with up to ten earlier values of each that were not compacted away",
			Needs: "ETCDCTL_ENDPOINTS; where logins are wanted ETCDCTL_USER and ETCDCTL_PASSWORD, with a role that may read the range; ETCDCTL_CACERT, ETCDCTL_CERT and ETCDCTL_KEY; the server's JSON API, which is on unless somebody turned it off",
			Blind: "keys that were deleted; users who log in by certificate alone, which the JSON API does not know",
			open:  openEtcd,
		}, {
			Schemes: []string{"git", "git+file", "git+http", "git+https", "git+ssh", "file", "http", "https", "ssh"}, Example: "git+https://host/repository.git",
			Reads: "every object of a repository: all refs, stashes, notes, reflogs, what nothing refers to, messages, names",
			Needs: "read access; for a remote over https the token in SPRAWL_GIT_TOKEN (for the host in SPRAWL_GIT_HOST), GITHUB_TOKEN or GITLAB_TOKEN; over ssh the agent",
			Blind: "of a remote: reflogs and what no ref leads to; repositories with SHA-256 names; refs kept in reftables",
			open:  openGit,
		}, {
			Schemes: []string{"github"}, Example: "github://owner/repository?include=variables,logs",
			Reads: "of an owner or repository: Actions variables at every level, what the settings of secrets and environments tell, logs and artifacts of runs, issues, pull requests, reviews, discussions, releases and their assets, gists; its repositories, as git does, and with include=wikis their wikis",
			Needs: "GITHUB_TOKEN with read permission for Contents, Metadata, Variables, Secrets, Environments, Actions, Issues, Pull requests, Discussions; of the organisation Variables and Secrets; GITHUB_API_URL for one of your own",
			Blind: "values of secrets; logs and artifacts beyond the newest 20 runs (logs=N), or expired; secret gists of others",
			open:  openGitHub,
		}, {
			Schemes: []string{"gitlab"}, Example: "gitlab://group/project?include=variables,logs",
			Reads: "of an instance, group or project: CI/CD variables at every level, schedules, triggers, job logs and artifacts, issues, merge requests, snippets, wikis, releases, packages' names; its repositories, as git does",
			Needs: "GITLAB_TOKEN with the scopes read_api and read_repository; the role Maintainer for variables, Owner for those of groups, an administrator for those of the instance; GITLAB_HOST for one of your own",
			Blind: "values of hidden variables; logs and artifacts beyond the newest 20 jobs (logs=N), or expired; personal snippets",
			open:  openGitLab,
		}, {
			Schemes: []string{"jsonl"}, Example: "jsonl:-",
			Reads: "records that any program prints, one JSON object a line (docs/sources.md)",
			Needs: "nothing",
			open:  openLines,
		}, {
			Schemes: []string{"kube"}, Example: "kube://payments?context=eu",
			Reads: "of a cluster or a namespace: Secrets, ConfigMaps, the environment and the rest of pods and what makes them, Helm releases with their earlier revisions, Argo CD and Flux objects; what kubectl apply was given before; offline the same in kube:PATH, manifests or what kubectl get -o json prints",
			Needs: "KUBECONFIG or ~/.kube/config, or a pod's service account, with list on secrets, configmaps, pods, deployments, statefulsets, daemonsets, replicasets, cronjobs and jobs; nothing for files",
			Blind: "what is in the containers; values from outside that pods mount, as by the Secrets Store driver; kinds of objects that are not named here; kubeconfig's older auth-provider",
			open:  openKube,
		}, {
			Schemes: []string{"secretsmanager"}, Example: "secretsmanager://prod/?region=eu-west-1",
			Reads: "the secrets of AWS Secrets Manager in a region, or those whose names begin so: the current version, the one before, and one that is being made; with tags",
			Needs: "AWS_REGION, AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or a profile with keys; secretsmanager:ListSecrets, DescribeSecret and GetSecretValue; kms:Decrypt for a key of one's own",
			Blind: "versions without a stage; secrets that are to be deleted; other regions and accounts; roles and SSO, unless aws configure export-credentials --format env comes before",
			open:  openAWS,
		}, {
			Schemes: []string{"ssm"}, Example: "ssm://prod/pay?region=eu-west-1",
			Reads: "the parameters of AWS Systems Manager in a region, or those whose names begin so, with earlier versions and tags",
			Needs: "AWS_REGION, AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or a profile with keys; ssm:DescribeParameters, GetParameters, GetParameter, GetParameterHistory and ListTagsForResource; kms:Decrypt for SecureString",
			Blind: "other regions and accounts; roles and SSO, unless aws configure export-credentials --format env comes before",
			open:  openAWS,
		}, {
			Schemes: []string{"stdin"}, Example: "-",
			Reads: "one stream, and what is in it if it is an archive",
			Needs: "nothing",
			open:  openStdin,
		}, {
			Schemes: []string{"vault"}, Example: "vault://kv/teams/pay",
			Reads: "every version of every entry in the key-value stores of Vault or OpenBao, or below a path",
			Needs: "VAULT_ADDR, VAULT_TOKEN with the capabilities list and read on the paths, VAULT_NAMESPACE for one",
			Blind: "namespaces below the one that is named; stores of other kinds; deleted and destroyed versions",
			open:  openVault,
		},
	}
}
