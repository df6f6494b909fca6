/** @file `atelier presets`: what a user sees, where files land, what is refused; and `draw --preset`. */

import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { explain, runCommandLine } from '../../src/cli/dispatch.js';
import { atelier, writeDisc } from './run-cli.js';

let root: string;
let config: string;
const home = process.cwd();
beforeAll(async () => {
	root = mkdtempSync(join(tmpdir(), 'atelier-presets-cli-'));
	config = join(root, 'config');
	vi.stubEnv('ATELIER_CONFIG', config);
	process.chdir(root);
	await writeDisc('disc.png');
	writeFileSync('recipe.json', JSON.stringify({ prompts: 'a cat', steps: 7, strokes: { paths: 3 } }));
	writeFileSync('wrong.json', JSON.stringify({ title: '', recipe: { stpes: 1, strokes: { paths: 0 } } }));
	writeFileSync('styles.csv', '\ufeffname,prompt,negative_prompt\nOil,"{prompt}, oil",photo\nFog,misty,\n');
});
afterAll(() => {
	process.chdir(home);
	vi.unstubAllEnvs();
	rmSync(root, { recursive: true, force: true });
});

/** As main.ts does it, in this process. */
async function run(...args: string[]): Promise<{ code: number; stdout: string; line: string }> {
	const written = vi.spyOn(process.stdout, 'write').mockReturnValue(true);
	let line = '';
	const code = await runCommandLine(['presets', ...args]).catch((error: unknown) => {
		const explained = explain(error);
		line = explained.line;
		return explained.exitCode;
	});
	const stdout = written.mock.calls.map(([text]) => String(text)).join('');
	written.mockRestore();
	return { code, stdout, line };
}

const mine = (name: string) => join(config, 'presets', name);
const json = (path: string) => JSON.parse(readFileSync(path, 'utf8')) as Record<string, unknown>;

describe('atelier presets', () => {
	it('lists what there is, as a table and as JSON', async () => {
		const table = await run('list');
		expect(table.stdout).toMatch(/^name +what +renderer +score +seconds +where\n/);
		expect(table.stdout).toMatch(/^neon +Glowing .* strokes .* shipped$/m);
		const { presets } = JSON.parse((await run('list', '--json')).stdout) as { presets: { name: string }[] };
		expect(presets.map(({ name }) => name)).toContain('neon');
	});

	it('shows one, for people and as its file', async () => {
		const { stdout } = await run('show', 'neon');
		expect(stdout).toMatch(/^title +Neon\n/);
		expect(stdout).toMatch(/^setting +strokes\.brush=neon$/m);
		expect(stdout).toMatch(/^try +atelier draw --preset neon ".+"$/m);
		expect(JSON.parse((await run('show', 'neon', '--json')).stdout)).toMatchObject({ title: 'Neon' });
	});

	it('makes one of a recipe, and never replaces it unasked', async () => {
		const made = await run('new', 'mine', '--from', 'recipe.json', '--title', 'Mine', '--tag', 'a', '--tag', 'b');
		expect(made).toEqual({ code: 0, stdout: `${mine('mine.json')}\n`, line: '' });
		expect(json(mine('mine.json'))).toMatchObject({
			title: 'Mine',
			tags: ['a', 'b'],
			sample: 'a cat',
			recipe: { steps: 7, strokes: { paths: 3 } },
		});
		const again = await run('new', 'mine', '--from', 'recipe.json');
		expect(again.code).toBe(2);
		expect(again.line).toMatch(/mine\.json' exists already; --force replaces it/);
		expect((await run('new', 'mine', '--from', 'recipe.json', '--title', 'Newer', '--force')).code).toBe(0);
		expect(json(mine('mine.json')).title).toBe('Newer');
		expect(json(mine('mine.json.bak')).title).toBe('Mine');
		expect((await run('list')).stdout).toMatch(/^mine .* yours$/m);
	});

	it('checks files: every problem on a line, the exit code says whether there are any', async () => {
		expect(await run('validate', mine('mine.json'))).toEqual({
			code: 0,
			stdout: `${mine('mine.json')}: good\n`,
			line: '',
		});
		const wrong = await run('validate', 'wrong.json', mine('mine.json'));
		expect(wrong.code).toBe(2);
		expect(wrong.stdout).toMatch(/wrong\.json: 'title'/);
		expect(wrong.stdout).toMatch(/wrong\.json: .*did you mean 'recipe\.steps'/);
		expect(wrong.stdout).toMatch(/wrong\.json: 'recipe\.strokes\.paths'/);
		const results = JSON.parse((await run('validate', '--json', join(config, 'presets'))).stdout) as object[];
		expect(results).toEqual([{ path: mine('mine.json'), valid: true, problems: [] }]);
	});

	it('imports styles, all or none', async () => {
		expect((await run('import', 'styles.csv')).stdout).toBe(`${mine('oil.json')}\n${mine('fog.json')}\n`);
		expect(json(mine('oil.json'))).toMatchObject({
			title: 'Oil',
			prompt: '{prompt}, oil',
			recipe: { negative: 'photo' },
		});
		rmSync(mine('fog.json'));
		expect((await run('import', 'styles.csv')).line).toMatch(/oil\.json' exists already/);
		expect(existsSync(mine('fog.json'))).toBe(false);
	});

	it('exports to one file, to a folder, to styles; what is exported comes back', async () => {
		expect((await run('export', 'neon', '-o', 'neon.json')).stdout).toBe('neon.json\n');
		expect(json('neon.json')).toMatchObject({ title: 'Neon' });
		// Nothing lies beside it.
		expect(json('neon.json')).not.toHaveProperty('thumbnail');
		expect((await run('export', 'neon', '--out', 'neon.json')).line).toMatch(/'neon\.json' exists already/);
		expect((await run('import', 'neon.json')).line).toMatch(/'neon' comes with atelier/);
		expect((await run('import', 'neon.json', '--as', 'glow')).code).toBe(0);
		expect(json(mine('glow.json')).recipe).toEqual(json('neon.json').recipe);

		await run('export', '--all', '-o', 'all');
		const files = readdirSync('all');
		expect(files).toContain('mine.json');
		expect(files).toContain('neon.webp');
		expect(json('all/neon.json').thumbnail).toBe('neon.webp');
		await run('export', 'mine', 'neon', '-o', 'pack.json');
		expect((json('pack.json').presets as object[]).length).toBe(2);
		await run('export', 'oil', '-o', 'words.csv');
		expect(readFileSync('words.csv', 'utf8')).toBe(
			'\ufeffname,prompt,negative_prompt\r\nOil,"{prompt}, oil",photo\r\n',
		);
	});

	it('says what may surprise: settings that are the usual ones, steps that a machine may have chosen, presets without words', async () => {
		const warned = vi.spyOn(process.stderr, 'write').mockReturnValue(true);
		writeFileSync('usual.json', JSON.stringify({ prompts: 'a heart' }));
		expect((await run('new', 'usual', '--from', 'usual.json')).code).toBe(0);
		expect((await run('import', 'recipe.json')).code).toBe(0);
		expect((await run('export', 'usual', 'oil', '-o', 'some.csv')).code).toBe(0);
		const said = warned.mock.calls.map(([text]) => String(text));
		warned.mockRestore();
		expect(said).toEqual([
			expect.stringMatching(/^warning: 'usual': it sets nothing/),
			expect.stringMatching(/^warning: 'a-cat': it takes 7 steps, .*--seconds/),
			expect.stringMatching(/^warning: without words, .* usual\n$/),
		]);
		expect(readFileSync('some.csv', 'utf8')).not.toContain('Usual');
		const none = await run('export', 'usual', '-o', 'none.csv');
		expect([none.code, existsSync('none.csv')]).toEqual([2, false]);
		expect(none.line).toMatch(/presets with words of their own/);
		writeFileSync('none.csv', 'name,prompt,negative_prompt\nUsual,,\n');
		expect((await run('import', 'none.csv')).line).toMatch(/styles with words, in 'none\.csv', got none/);
	});

	it.each<[string[], RegExp]>([
		[['lsit'], /unknown command 'presets lsit'; did you mean 'list'\?/],
		[['show'], /the name of one preset, got nothing/],
		[['show', 'noen'], /unknown preset 'noen'; did you mean 'neon'\?/],
		[['show', 'missing.json'], /readable file 'missing\.json'/],
		[['show', 'neon', '--jsno'], /unknown flag --jsno; did you mean --json\?/],
		[['new', 'x'], /--from with a run folder/],
		[['new', 'x', '--from', 'missing.json'], /missing\.json/],
		[['new', '../x', '--from', 'recipe.json'], /name of a preset of letters/],
		[['new', 'neon', '--from', 'recipe.json', '--force'], /'neon' comes with atelier/],
		[['new', 'x', '--from', 'disc.png'], /a picture that carries its recipe, got none/],
		[['validate'], /preset files or folders, got nothing/],
		[['export', 'neon'], /--out with a file or a folder/],
		[['export', 'noen'], /unknown preset 'noen'/],
		[['export', '-o', 'x.json'], /names of presets or --all, got both or neither/],
		[['export', 'neon', '-x', 'x.json'], /unknown flag -x/],
		[['import'], /got nothing/],
		[['import', 'styles.csv', '--as', 'x'], /expected one preset to call 'x', got 2/],
		[['import', 'wrong.json'], /wrong\.json': 3 problems: \(1\) .*\(2\) .*\(3\) /],
	])('refuses %j', async (args, message) => {
		const { code, stdout, line } = await run(...args);
		expect(line).toMatch(/^error: [^\n]+ \(E_[A-Z]+\)$/);
		expect(line).toMatch(message);
		expect([code, stdout]).toEqual([2, '']);
	});
});

it('draws in the look of a preset, under the flags, and records its name', async () => {
	const args = ['--image', 'disc.png', '--steps', '2', '--seed', '1', '--size', '32', '--set', 'strokes.paths=4'];
	const { code, stdout, stderr } = await atelier(['draw', '--preset', 'neon', ...args], root);
	expect(code, stderr).toBe(0);
	const recipe = json(join(stdout.trimEnd(), 'recipe.json'));
	expect(recipe).toMatchObject({
		preset: 'neon',
		steps: 2,
		strokes: { paths: 4, brush: 'neon' },
	});
	// The recipe has it all: it draws the same without the preset.
	const again = await atelier(['draw', '--recipe', join(stdout.trimEnd(), 'recipe.json')], root);
	const [one, other] = [stdout, again.stdout].map((folder) => readFileSync(join(folder.trimEnd(), 'image.svg')));
	expect(one!.equals(other!)).toBe(true);
	const refused = await atelier(['draw', 'a cat', '--preset', 'noen'], root);
	expect(refused.stderr).toMatch(/unknown preset 'noen'; did you mean 'neon'\?/);
	expect(refused.code).toBe(2);
});
