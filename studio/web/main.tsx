/** @file The page. */

import { render } from 'preact';
import './styles/base.css';
import './styles/shell.css';
import './styles/controls.css';
import './styles/compose.css';
import './styles/watch.css';
import './styles/beside.css';
import './styles/gallery.css';
import './styles/explore.css';
import { Shell } from './shell.js';
import { socket } from './socket.js';
import { watch, watched } from './state/live.js';
import { openShared } from './state/share.js';
import { downloads, loadStudio, studio } from './state/studio.js';
import { attempt, hash, online, tell } from './state/ui.js';

const app = document.getElementById('app');
if (app) render(<Shell />, app);

socket.on('download', ({ source, current_bytes, total_bytes, problem }) => {
	const { [source]: _, ...others } = downloads.value;
	const done = problem !== undefined || current_bytes === total_bytes;
	downloads.value = done ? others : { ...others, [source]: total_bytes ? current_bytes / total_bytes : null };
	if (problem) tell(problem.detail, undefined, 'bad');
	else if (done) void attempt(loadStudio);
});
hash.subscribe((now) => void openShared(now));
socket.connect();

async function begin(): Promise<void> {
	await loadStudio();
	const welcome = studio.value?.welcome;
	if (welcome && !watched.value) watch(welcome.id, welcome);
}
begin().catch(() => {
	online.value = false;
});
// Once the studio is there again, what was missed at the start is fetched.
socket.on('connect', () => {
	if (!studio.value) void attempt(begin);
});
