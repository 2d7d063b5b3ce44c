// Every name that types/espruino.d.ts declares, asked of the real engine.

import { expect, it } from 'vitest';
import { execute } from '../flash/check/pairs.ts';
import { declaredNames } from '../types/names.ts';
import { describeEngine } from './describe-engine.ts';

const { there, unknown } = declaredNames();

/** A member that no value of a class has makes some builds throw, not say "undefined". */
const ASK = 'function there(f) { try { return typeof f() !== "undefined"; } catch (e) { return false; } }';

/** Two ends of HTTP in one process: the objects that come from a request only. */
const HTTP = `
var members = {
  httpSRq: "headers method url on available read pipe",
  httpSRs: "headers on setHeader writeHead write end",
  httpCRs: "headers httpVersion statusCode statusMessage on available read pipe",
};
function look(name, value) {
  print("@@" + name + " " + members[name].split(" ").filter(function(member) { return !there(function() { return value[member]; }); }).join());
}
var server = require("http").createServer(function(request, response) {
  look("httpSRq", request);
  look("httpSRs", response);
  response.writeHead(200, { "Content-Type": "text/plain" });
  response.end("x");
}).listen(PORT);
require("http").get({ host: "127.0.0.1", port: PORT, path: "/" }, function(response) {
  look("httpCRs", response);
  response.on("data", function() {});
  response.on("close", function() { quit(); });
});
setTimeout(quit, 5000);
`;

describeEngine('espruino', (engine) => {
  const binary = engine.find() as string;

  it('knows how to ask for every class', () => {
    expect(unknown).toEqual([]);
    expect(there.length).toBeGreaterThan(250);
  });

  it('has every name that is declared, but for those of boards', async () => {
    // One that no engine has, so that the question is seen to work.
    const names = [...there, '(I2C1).nothing'];
    const asked = names.map((name, at) => `print("@@${at} " + there(function() { return ${name}; }));`);
    const { output } = await execute(
      binary,
      [ASK, ...asked, 'print("@@end");', 'setTimeout(quit, 1);'].join('\n'),
    );
    expect(output).toContain('@@end');
    const absent = [...output.matchAll(/@@(\d+) false/g)].map(([, at]) => names[Number(at)]);
    expect(absent).toEqual(['(I2C1).nothing']);
    expect(output.match(/@@\d+ true/g)?.length).toBe(there.length);
  });

  it('has what is declared of requests and answers', async () => {
    const port = 20_000 + Math.floor(Math.random() * 20_000);
    const { output } = await execute(binary, ASK + HTTP.replaceAll('PORT', String(port)));
    expect(output).toMatch(/@@httpSRq \r?\n/);
    expect(output).toMatch(/@@httpSRs \r?\n/);
    expect(output).toMatch(/@@httpCRs \r?\n/);
  });
});
