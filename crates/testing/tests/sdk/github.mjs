// What somebody does with Octokit, one scenario at a time.
import { Octokit } from "@octokit/rest";

const [baseUrl, key, scenario] = process.argv.slice(2);
const octokit = new Octokit({ auth: key, baseUrl });
const owner = "octokit-fixture-org";

const scenarios = {
  async "get-repository"() {
    const { status, data } = await octokit.rest.repos.get({ owner, repo: "hello-world" });
    return [status, data.full_name];
  },

  async "paginate-issues"() {
    const issues = await octokit.paginate(octokit.rest.issues.listForRepo, {
      owner,
      repo: "paginate-issues",
      per_page: 3,
    });
    return issues.map((issue) => issue.number);
  },

  async labels() {
    const at = { owner, repo: "labels" };
    const { issues } = octokit.rest;
    const listed = await issues.listLabelsForRepo(at);
    const created = await issues.createLabel({ ...at, name: "test-label", color: "663399" });
    const found = await issues.getLabel({ ...at, name: "test-label" });
    const updated = await issues.updateLabel({
      ...at,
      name: "test-label",
      new_name: "test-label-updated",
      color: "BADA55",
    });
    const deleted = await issues.deleteLabel({ ...at, name: "test-label-updated" });
    return [
      listed.data.some((label) => label.name === "bug"),
      [created.status, created.headers.location],
      found.data.color,
      updated.data.name,
      deleted.status,
    ];
  },

  async errors() {
    try {
      await octokit.rest.issues.createLabel({ owner, repo: "errors", name: "foo", color: "invalid" });
      return null;
    } catch (error) {
      return [error.status, error.response.data.errors];
    }
  },

  async "rename-repository"() {
    const at = { owner, repo: "rename-repository" };
    const name = "rename-repository-newname";
    const renamed = await octokit.rest.repos.update({ ...at, name });
    const found = await octokit.rest.repos.get(at);
    const described = await octokit.rest.repos.update({ ...at, name, description: "test description" });
    return [[renamed.status, renamed.data.name], [found.status, found.url], [described.status, described.url]];
  },

  async "search-issues"() {
    const q = "sesame repo:octokit-fixture-org/search-issues";
    const { data } = await octokit.request("GET /search/issues", { q });
    return [data.total_count, data.items.length];
  },
};

console.log(JSON.stringify(await scenarios[scenario]()));
