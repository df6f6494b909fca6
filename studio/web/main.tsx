/** @file The page. */

import { render } from 'preact';
import './styles/base.css';
import './styles/shell.css';
import './styles/controls.css';
import './styles/fields.css';
import './styles/compose.css';
import './styles/settings.css';
import './styles/watch.css';
import './styles/sheet.css';
import './styles/beside.css';
import './styles/gallery.css';
import './styles/viewer.css';
import './styles/explore.css';
import './styles/over.css';
import { api } from './api.js';
import { Shell } from './shell.js';
import { socket } from './socket.js';
import { shared, watch, watched } from './state/live.js';
import { active } from './state/queue.js';
import { openShared } from './state/share.js';
import { loadStudio, takeDownloadNews } from './state/studio.js';
import { attempt, hash, tell } from './state/ui.js';

const app = document.getElementById('app');
if (app) render(<Shell />, app);

socket.on('download', (news) => {
	// Why stands where it was asked for.
	if (news.problem) tell(`The download of ${news.source} failed`, undefined, 'bad');
	if (!takeDownloadNews(news)) return;
	tell(`${news.source} is here`);
	void attempt(loadStudio);
});
hash.subscribe((now) => void openShared(now));
socket.connect();

/** Something is to be seen at once: what is drawn, the welcome drawing, or what was drawn last. */
async function begin(): Promise<void> {
	// Whoever follows a link sees what it holds.
	const loaded = loadStudio(!shared.value);
	const runs = await api.runs();
	const first =
		runs.find(active) ??
		runs.find((run) => run.welcome && run.state !== 'failed') ??
		(await api.outputs({ limit: '1' })).runs[0];
	if (first && !watched.value && !shared.value) watch(first.id, first);
	await loaded;
}
// Also when the studio was not there at the start, or is another one now.
socket.on('connect', () => void attempt(begin));
